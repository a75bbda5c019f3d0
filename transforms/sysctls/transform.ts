import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import { eachContainer, lastFirst } from '../../src/harden/each';
import { isOwn, removeEntry, removeFromList, sharedList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Evidence, Proposal, Severity } from '../../src/harden/types';
import type { Path } from '../../src/yaml/types';
import { dangerOf, isPerContainer } from './rules';

const transform: Transform = {
  id: 'sysctls',
  title: 'No kernel settings that fail or harm',
  summary: 'Takes out `sysctls` with which no container can be created, and those that undo what protects its network.',
  severity: 'medium',
  controls: ['NIST 800-190 4.4.3'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      lastFirst(settings(service)).flatMap((setting) => {
        const problem = problemOf(setting, service, context);
        return problem ? propose(service, setting, problem) : [];
      }),
    ),
};

export default transform;

/** One kernel setting of a service. */
interface Setting {
  name: string;
  value: string;
  path: Path;
  /** A variable takes part in it. */
  variable: boolean;
}

interface Problem {
  severity: Severity;
  message: string;
  /** What has to be done besides. */
  besides?: string;
  breaks: string;
  confidence: Confidence;
  evidence: Evidence[];
}

function settings(service: ComposeService): Setting[] {
  const data = service.data('sysctls');
  const path = service.at('sysctls');
  if (isMap(data)) {
    return Object.entries(data).map(([name, raw]) => {
      const value = service.evaluate(String(raw ?? ''));
      return { name, value: value.text, path: [...path, name], variable: value.interpolated };
    });
  }
  if (!Array.isArray(data)) return [];
  return data.flatMap((item, index): Setting[] => {
    const { text, known, interpolated } = service.evaluate(String(item));
    const [name = '', ...value] = text.split('=');
    return known ? [{ name: name.trim(), value: value.join('=').trim(), path: [...path, index], variable: interpolated }] : [];
  });
}

const OWN_ONLY: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/reference/cli/docker/container/run/#sysctl',
  detail:
    'the Engine creates no container with a setting that is one for the whole host, nor with one of a namespace it takes from the host',
};

const PROTECTION: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.kernel.org/networking/ip-sysctl.html',
  detail: 'says what each setting of the network does',
};

const LOW_PORTS: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/moby/moby/pull/41030',
  detail: 'the Engine sets it to 0 in every network of a container since 20.10',
};

function problemOf({ name, value }: Setting, service: ComposeService, { advise, preset }: TransformContext): Problem | undefined {
  const fails = { breaks: 'nothing that runs now', severity: 'medium', confidence: 'generic', evidence: [OWN_ONLY] } as const;
  if (!isPerContainer(name)) {
    return {
      ...fails,
      evidence: [OWN_ONLY],
      message: `"${service.name}" sets ${name}, which is one for the whole host: no container can be created with it`,
      besides: `and set it on the host: sysctl -w ${name}=${value}`,
    };
  }
  const hosts = name.startsWith('net.') ? service.networkMode?.text === 'host' && 'network' : service.data('ipc') === 'host' && 'ipc';
  if (hosts) {
    return {
      ...fails,
      evidence: [OWN_ONLY],
      message: `"${service.name}" sets ${name} and takes the ${hosts} namespace of the host: no container can be created with both`,
      besides: `and set it on the host if it is needed there: sysctl -w ${name}=${value}`,
    };
  }
  if (preset === 'strict' && name === 'net.ipv4.ip_unprivileged_port_start' && value === '0' && service.networkMode === undefined) {
    return {
      severity: 'low',
      message: `"${service.name}" sets ${name}=0, which every container has`,
      breaks: 'low ports without root on Engines before 20.10',
      confidence: 'known',
      evidence: [LOW_PORTS],
    };
  }
  const danger = dangerOf(name, value);
  if (!danger) return undefined;
  const routes = service.capAdd.some(({ text }) => /^(CAP_)?(NET_ADMIN|ALL)$/i.test(text)) || service.privileged === true;
  const job = ['needed', 'optional'].includes(advise(service).hostAccess('network', 'host').value);
  if (danger.routing && (routes || job)) return undefined;
  return {
    severity: danger.severity,
    message: `"${service.name}" sets ${name}=${value}: ${danger.gives}`,
    breaks: 'routing and tunnels that were built on it',
    confidence: 'guess',
    evidence: [PROTECTION],
  };
}

function propose(service: ComposeService, setting: Setting, { message, besides, ...problem }: Problem): Proposal {
  return {
    ...problem,
    service: service.name,
    path: setting.path,
    subject: setting.name,
    controls: transform.controls,
    message,
    plan: [`take ${setting.name} out of the sysctls of "${service.name}"`, besides].filter(Boolean).join(', '),
    ...take(service, setting),
  };
}

function take(service: ComposeService, { path, variable }: Setting): Attempt {
  if (variable)
    return { refusal: { code: 'interpolated', message: 'its value comes from a variable: change it where the variable is defined' } };
  const name = path.at(-1);
  if (typeof name === 'string') return removeEntry(service, ['sysctls', name]);
  return isOwn(service, 'sysctls') ? removeFromList(service, 'sysctls', { path }) : { refusal: sharedList(service, 'sysctls', 'sysctls') };
}
