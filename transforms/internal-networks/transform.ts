import { atMost } from '../../src/harden/confidence';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import { type Candidate, candidates } from './candidates';
import { closable, close, hasSubnet, move } from './plans';

const transform: Transform = {
  id: 'internal-networks',
  title: 'Data stores on internal networks',
  summary: 'Moves data stores without published ports onto an `internal: true` network that they share with those who could reach them.',
  severity: 'medium',
  controls: ['NIST 800-190 4.3.3', 'OWASP RULE#5'],
  preset: 'recommended',
  *find(context) {
    const { project } = context;
    // Overlay networks of a stack are another matter; `docker stack deploy` decides there.
    if (project.swarm) return;
    const stores = candidates(context);
    const part = project.services.find((service) => !service.complete && !service.has('provider'));
    const closed = new Set<string>();
    for (const network of project.networks.values()) {
      const here = stores.filter(({ networks }) => networks.includes(network.name));
      if (here.length === 0 || network.internal === true) continue;
      const [first] = here as [Candidate];
      const common = base(here, first, context);
      if (network.external || network.internal === 'maybe' || (network.driver !== undefined && network.driver !== 'bridge')) {
        const why = network.external ? 'is external: who else is on it is not seen here' : 'is not one that batten can judge';
        yield {
          ...common,
          plan: 'put it on an internal network of its own',
          refusal: { code: 'needs-decision', message: `its network "${network.name}" ${why}` },
        };
      } else if (project.partial) {
        yield {
          ...common,
          plan: 'put it on an internal network',
          refusal: { code: 'needs-decision', message: `other files take part in this project: ${project.notes[0]}` },
        };
      } else if (part) {
        yield {
          ...common,
          plan: 'put it on an internal network',
          refusal: {
            code: 'needs-decision',
            message: `"${part.name}" has no image here: another file says more about it, maybe its networks`,
          },
        };
      } else if (closable(network.name, closed, stores, context)) {
        closed.add(network.name);
        yield { ...common, ...close(network, here, context) };
      } else {
        const movable = here.filter(({ networks }) => networks.length === 1);
        if (movable.length === 0) continue;
        const moved = base(movable, movable[0]!, context);
        const confidence = hasSubnet(network, context) ? atMost(moved.confidence, 'guess') : moved.confidence;
        yield { ...moved, confidence, ...move(network, movable, context) };
      }
    }
  },
};

export default transform;

function base(here: readonly Candidate[], first: Candidate, { advise }: TransformContext): Omit<Proposal, 'plan'> {
  const names = here.map(({ service }) => `"${service.name}"`).join(', ');
  const verdicts = here.map(({ service }) => advise(service).egress);
  return {
    service: first.service.name,
    path: first.service.at('networks'),
    severity: transform.severity,
    controls: transform.controls,
    message: `${names} ${here.length > 1 ? 'share' : 'shares'} a network that leads outside`,
    breaks: 'a data store that calls out: replication to another site, backups to the cloud, extensions fetched at start',
    confidence: here.map(({ confidence }) => confidence).reduce(atMost, 'known'),
    evidence: unique([...verdicts.flatMap(({ evidence }) => evidence), INTERNAL]),
  };
}

const INTERNAL: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/06-networks.md#internal',
  detail:
    'an internal network has no route outside; a service that is also on another network keeps that one, its egress and its published ports',
};

function unique(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter((each, index) => evidence.findIndex((other) => other.ref === each.ref && other.detail === each.detail) === index);
}
