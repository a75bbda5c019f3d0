import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import type { Evaluated } from '../../src/compose/types';
import { about, eachService } from '../../src/harden/each';
import { setEntry, setKey } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Op, Path } from '../../src/yaml/types';

const OPTIONS: readonly OptionSpec[] = [
  { name: 'retries', type: 'number', summary: 'how often in a row a service that fails is started again', default: 5 },
];

const transform: Transform = {
  id: 'restart',
  title: 'Stop restarting what keeps failing',
  summary: 'Turns a restart without end into `on-failure` with a number of tries. A guess: it changes what comes back after a reboot.',
  severity: 'low',
  controls: ['CIS 5.15', 'OWASP RULE#7'],
  preset: 'strict',
  options: OPTIONS,
  *find(context) {
    // A stack is kept at its number of replicas: giving up is not wanted there.
    if (context.project.swarm) return;
    yield* eachService(context, propose);
  },
};

export default transform;

const RESTARTS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/containers/start-containers-automatically/',
  detail: 'always, unless-stopped and on-failure without a number start a container again without end; the first two also after a reboot',
};

const OVERRIDES: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/reference/compose-file/deploy/#restart_policy',
  detail: 'with deploy.restart_policy Compose does not look at restart',
};

/** Which key decides, what it says, and the ops that bound it. */
interface Policy {
  path: Path;
  shown: string;
  /** Whether the container also comes back when it ended well, and after a reboot. */
  comesBack: boolean;
  interpolated: boolean;
  bound(retries: number): Op[];
  evidence: Evidence[];
}

function propose(service: ComposeService, { setting }: TransformContext): Proposal | undefined {
  const policy = deployed(service) ?? plain(service);
  if (!policy || policy === 'bounded') return undefined;
  const retries = setting<number>('retries', service);
  const common = {
    ...about(transform, service, policy.path),
    message: `"${service.name}" is started again without end when it fails (${policy.shown})`,
    plan: describe(service, retries),
    breaks: `${policy.comesBack ? 'after a reboot a service that was stopped in good order stays down, and so does one that ends by itself; ' : ''}a service that fails until another one is ready gives up within seconds`,
    confidence: 'guess',
    evidence: policy.evidence,
  } as const;
  if (policy.interpolated)
    return { ...common, refusal: { code: 'interpolated', message: 'the policy comes from a variable: set it there' } };
  return {
    ...common,
    ops: policy.bound(retries),
    editable: {
      label: 'tries in a row',
      value: String(retries),
      rebuild: (text) => (/^[1-9]\d*$/.test(text.trim()) ? policy.bound(Number(text)) : { error: 'write a number of tries: 5' }),
      describe: (text) => describe(service, Number(text)),
    },
  };
}

function describe(service: ComposeService, retries: number): string {
  return `start "${service.name}" again at most ${retries} times in a row`;
}

function plain(service: ComposeService): Policy | undefined {
  const data = service.data('restart');
  // `restart: no` may be a boolean to some readers: it is no restart at all.
  if (typeof data !== 'string') return undefined;
  const value = service.evaluate(data);
  if (!value.known || !/^(?:always|unless-stopped|on-failure(?::0)?)$/.test(value.text)) return undefined;
  return {
    path: service.at('restart'),
    shown: `restart: ${value.text}`,
    comesBack: !value.text.startsWith('on-failure'),
    interpolated: value.interpolated,
    bound: (retries) => setKey(service, 'restart', `on-failure:${retries}`),
    evidence: [RESTARTS],
  };
}

/** `deploy.restart_policy`, which counts instead of `restart`: a policy without end, or that there is one with an end. */
function deployed(service: ComposeService): Policy | 'bounded' | undefined {
  const deploy = service.data('deploy');
  const policy = isMap(deploy) ? deploy.restart_policy : undefined;
  if (!isMap(policy)) return undefined;
  const read = (key: string): Evaluated | undefined =>
    policy[key] === undefined || policy[key] === null ? undefined : service.evaluate(String(policy[key]));
  const [condition, attempts] = [read('condition'), read('max_attempts')];
  const text = condition?.text ?? 'any';
  if (condition?.known === false || attempts?.known === false || text === 'none' || Number(attempts?.text ?? 0) > 0) return 'bounded';
  const path = [...service.at('deploy'), 'restart_policy'];
  const set = (key: string, value: string | number): Op[] => setEntry(service, ['deploy', 'restart_policy', key], value, ['condition']);
  return {
    path,
    shown: `deploy.restart_policy: ${text}`,
    comesBack: text !== 'on-failure',
    interpolated: (condition?.interpolated ?? false) || (attempts?.interpolated ?? false),
    bound: (retries) => [...(text === 'on-failure' ? [] : set('condition', 'on-failure')), ...set('max_attempts', retries)],
    evidence: [RESTARTS, OVERRIDES],
  };
}
