import { isMap, isTrue } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import { isCredentialName } from '../../src/harden/credentials';
import { about, eachService, lastFirst } from '../../src/harden/each';
import { removeEntry } from '../../src/harden/ops';
import type { Transform } from '../../src/harden/transform';
import type { Draft, Evidence, Proposal } from '../../src/harden/types';
import { table } from '../../src/table';
import type { Data, Op } from '../../src/yaml/types';

const transform: Transform = {
  id: 'build-privileges',
  title: 'Build without privileges',
  summary: 'Takes `privileged`, `entitlements` and `network: host` away from builds; reports credentials in build arguments.',
  severity: 'high',
  controls: ['CIS 4.10', 'CIS 5.5', 'OWASP RULE#3'],
  preset: 'recommended',
  find: (context) =>
    eachService(context, (service) => {
      const build = service.data('build');
      return isMap(build) ? [privileged, entitlements, network, secrets].flatMap((ask) => ask(service, build) ?? []) : undefined;
    }),
};

export default transform;

type Build = { [key: string]: Data };

const INSECURE: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/dockerfile/#run---securityinsecure',
  detail:
    'a build with security.insecure has all capabilities and devices: each RUN of the Dockerfile, and of every package script it calls, can take over the host',
};

const HOST_NETWORK: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/dockerfile/#run---network',
  detail: 'each RUN of the build reaches what listens on the loopback of the host',
};

const HISTORY: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/build/building/secrets/',
  detail: 'the value of a build argument stays in the history of the image, which everybody who has the image can read',
};

function privileged(service: ComposeService, build: Build): Proposal | undefined {
  if (build.privileged === undefined || build.privileged === null) return undefined;
  const { text, known, interpolated } = service.evaluate(String(build.privileged));
  if (!known || !isTrue(text)) return undefined;
  const path = [...service.at('build'), 'privileged'];
  const draft: Draft = {
    ...about(transform, service, path),
    controls: ['CIS 5.5', 'OWASP RULE#3'],
    message: `the build of "${service.name}" is privileged`,
    plan: `build "${service.name}" without privileges`,
    breaks: 'a Dockerfile that mounts, loads modules or runs containers while it is built',
    confidence: 'guess',
    evidence: [INSECURE],
  };
  if (interpolated) return { ...draft, refusal: { code: 'interpolated', message: 'it comes from a variable: set that to false' } };
  return { ...draft, ...removeEntry(service, ['build', 'privileged']) };
}

const ENTITLED: Record<string, string> = table({
  'security.insecure': 'all privileges of the host',
  'network.host': 'the network of the host',
});

function entitlements(service: ComposeService, build: Build): Proposal | undefined {
  const items = Array.isArray(build.entitlements) ? build.entitlements.map(String) : [];
  const asked = items.flatMap((item, index) => (ENTITLED[item] === undefined ? [] : [index]));
  if (asked.length === 0) return undefined;
  const path = [...service.at('build'), 'entitlements'];
  const insecure = items.includes('security.insecure');
  // Of a list that comes together from several places the items here are not known.
  const some = asked.length < items.length && service.beneath('build', 'entitlements') === undefined;
  return {
    ...about(transform, service, path),
    ...(!insecure && { severity: 'medium' }),
    controls: ['CIS 5.5', 'OWASP RULE#3'],
    message: `the build of "${service.name}" may ask for ${asked.map((index) => ENTITLED[items[index]!]).join(' and ')}`,
    plan: `build "${service.name}" without ${asked.map((index) => items[index]).join(', ')}`,
    breaks: 'a RUN in the Dockerfile with `--security=insecure` or `--network=host` is refused',
    confidence: 'guess',
    evidence: insecure ? [INSECURE] : [HOST_NETWORK],
    ...(some
      ? { ops: lastFirst(asked).map((index): Op => ({ op: 'remove', path: [...path, index] })) }
      : removeEntry(service, ['build', 'entitlements'])),
  };
}

function network(service: ComposeService, build: Build): Proposal | undefined {
  if (typeof build.network !== 'string') return undefined;
  const { text, interpolated } = service.evaluate(build.network);
  if (text !== 'host') return undefined;
  const path = [...service.at('build'), 'network'];
  const draft: Draft = {
    ...about(transform, service, path),
    severity: 'medium',
    controls: ['OWASP RULE#5'],
    message: `"${service.name}" is built on the network of the host`,
    plan: `build "${service.name}" on the network of the builder`,
    breaks: 'a build that fetches from a service of the host, or through a VPN that containers do not use',
    confidence: 'guess',
    evidence: [HOST_NETWORK],
  };
  if (interpolated) return { ...draft, refusal: { code: 'interpolated', message: 'it comes from a variable: set that to default' } };
  return { ...draft, ...removeEntry(service, ['build', 'network']) };
}

/** Names of arguments that hold a credential. Their values are not looked at, and never shown. */
function secrets(service: ComposeService, build: Build): Proposal | undefined {
  const { args } = build;
  const names = Array.isArray(args) ? args.map((item) => String(item).split('=')[0]!) : isMap(args) ? Object.keys(args) : [];
  const given = names.filter((name) => isCredentialName(name) && !empty(args, name));
  if (given.length === 0) return undefined;
  return {
    ...about(transform, service, [...service.at('build'), 'args']),
    severity: 'medium',
    controls: ['CIS 4.10'],
    message: `the build of "${service.name}" is given ${given.join(', ')} as ${given.length > 1 ? 'arguments' : 'an argument'}`,
    plan: `hand ${given.join(', ')} to the build of "${service.name}" as ${given.length > 1 ? 'secrets' : 'a secret'}`,
    breaks: 'the Dockerfile has to read it from a file instead',
    confidence: 'known',
    evidence: [HISTORY],
    refusal: {
      code: 'needs-decision',
      message:
        'it takes a change of the Dockerfile: write it as a secret of the build, and `RUN --mount=type=secret,id=…` where it is used',
      snippet: `secrets:\n${given.map((name) => `  ${name.toLowerCase()}:\n    environment: ${name}\n`).join('')}services:\n  ${service.name}:\n    build:\n      secrets:\n${given.map((name) => `        - ${name.toLowerCase()}\n`).join('')}`,
    },
  };
}

/** An argument without any text holds nothing. */
function empty(args: Data | undefined, name: string): boolean {
  return isMap(args) ? args[name] === '' : Array.isArray(args) && args.includes(`${name}=`);
}
