import type { Evaluated, Grant, Item, Mount, MountKind, Port, Service, TmpfsEntry } from '../../src/compose/types';
import type { Data } from '../../src/yaml/types';

/** What a test says about a service; everything else has the default of a service with an image and nothing more. */
export interface ServiceOptions {
  image?: string;
  build?: boolean;
  user?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  /** `kind source:target` entries such as `volume db:/var/lib/mysql`, `bind ./db:/data:ro`, `anonymous /data`. */
  mounts?: string[];
  tmpfs?: string[];
  secrets?: Partial<Grant>[];
  configs?: Partial<Grant>[];
  networkMode?: string;
  init?: boolean | 'maybe';
  privileged?: boolean;
  devices?: string[];
  capAdd?: string[];
  ports?: string[];
  keys?: Record<string, Data>;
}

/** A service as the compose room would describe it. */
export function service(options: ServiceOptions = {}): Service {
  const { keys = {} } = options;
  const environment = new Map(Object.entries(options.environment ?? {}).map(([name, value]) => [name, evaluated(value)]));
  return {
    name: 'app',
    path: ['services', 'app'],
    range: { start: 0, end: 0 },
    has: (key) => key in keys,
    origin: (key) => (key in keys ? 'own' : undefined),
    data: (key) => keys[key],
    directory: () => undefined,
    complete: true,
    image: options.image === undefined ? undefined : evaluated(options.image),
    build: options.build ? { inline: false } : undefined,
    user: options.user === undefined ? undefined : evaluated(options.user),
    command: options.command,
    entrypoint: options.entrypoint,
    environment,
    labels: new Map(),
    capAdd: (options.capAdd ?? []).map(item),
    capDrop: [],
    securityOpt: [],
    mounts: (options.mounts ?? []).map(mount),
    tmpfs: (options.tmpfs ?? []).map((target): TmpfsEntry => ({ target, options: [], path: [] })),
    ports: (options.ports ?? []).map(port),
    devices: (options.devices ?? []).map(item),
    networkMode: options.networkMode === undefined ? undefined : evaluated(options.networkMode),
    secrets: (options.secrets ?? []).map((each) => ({ name: 'password', target: '/run/secrets/password', source: 'file', ...each })),
    configs: (options.configs ?? []).map((each) => ({ name: 'config', target: '/config.yml', source: 'file', ...each })),
    privileged: options.privileged,
    init: options.init,
    dependsOn: new Set(),
  };
}

/** `${VAR:-default}` takes its default, a bare variable is unknown: enough for tests. */
function evaluated(raw: string): Evaluated {
  const defaulted = raw.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  const text = defaulted.replace(/\$\{?\w+\}?/g, '');
  return { raw, text, known: text === defaulted, interpolated: raw.includes('$') };
}

function item(raw: string): Item {
  return { ...evaluated(raw), path: [] };
}

function mount(spec: string): Mount {
  const [kind = 'volume', rest = ''] = spec.split(' ');
  const parts = rest.split(':');
  const source = kind === 'anonymous' || kind === 'tmpfs' ? undefined : parts.shift();
  const [target = '', option] = parts;
  return {
    kind: kind as MountKind,
    source,
    target,
    readOnly: option === 'ro',
    options: option ? [option] : [],
    long: false,
    known: true,
    path: [],
  };
}

function port(raw: string): Port {
  const [published, target = published ?? ''] = raw.split(':');
  return { target, published, protocol: 'tcp', long: false, raw, known: true, path: [] };
}
