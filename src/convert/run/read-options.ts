import { evaluate, splitOutsideBraces } from '../../compose/interpolate';
import type { Data } from '../../yaml/types';
import { append, type Keys, setEntry } from '../stack';
import { type GivenOption, refused } from './command-line';
import { csv, mount, volume } from './mounts';
import { shared } from './networks';
import type { ReaderName } from './options';
import { lose, type Reading } from './reading';

type Reader = (given: GivenOption, reading: Reading) => void;

/** What each option says of a service. */
export const READERS: Readonly<Record<ReaderName, Reader>> = {
  addHost: ({ value }, { keys }) => {
    const [, host = value, ip = ''] = /^([^=:]+)[=:](.*)$/s.exec(value) ?? [];
    const address = ip.replace(/^\[(.*)\]$/, '$1');
    append(keys, 'extra_hosts', `${host}${address.includes(':') ? '=' : ':'}${address}`);
  },
  blkioWeight: ({ value }, { keys }) => setEntry(keys, 'blkio_config', 'weight', numberOr(value)),
  blkioDevice: ({ name, value, word }, { keys }) => {
    const at = value.lastIndexOf(':');
    if (at < 1) throw refused(word, `--${name} ${value}: not a device and a number`, `--${name} /dev/sda:1mb`);
    const key = name === 'blkio-weight-device' ? 'weight_device' : name.replaceAll('-', '_');
    const blkio = { ...(keys.blkio_config as Keys | undefined) };
    append(blkio, key, { path: value.slice(0, at), [key === 'weight_device' ? 'weight' : 'rate']: numberOr(value.slice(at + 1)) });
    keys.blkio_config = blkio;
  },
  endpoint: (given, { networks }) => void networks.push(given),
  network: (given, { networks }) => void networks.push(given),
  entrypoint: ({ value }, { keys }) => {
    keys.entrypoint = value === '' ? [] : [value];
  },
  env: ({ value, word }, { keys }) => {
    const at = value.indexOf('=');
    const name = plainName(at < 0 ? value : value.slice(0, at), word);
    setEntry(keys, 'environment', name, at < 0 ? null : value.slice(at + 1));
  },
  envFile: ({ value }, { keys, relocate }) => append(keys, 'env_file', { path: relocate(value), format: 'raw' }),
  expose: ({ value, word }, { keys }) => {
    const [ports = '', protocol = 'tcp'] = value.split('/');
    const [, from = ports, to = from] = /^(\d+)(?:-(\d+))?$/.exec(ports) ?? [];
    if (/^\d+$/.test(from) && Number(to) - Number(from) > 1000) throw refused(word, `--expose ${value} is more than a thousand ports`);
    if (!/^\d+$/.test(from)) append(keys, 'expose', value);
    // Compose does not see that a range is one, nor that a port without a protocol is one of TCP.
    else for (let port = Number(from); port <= Number(to); port++) append(keys, 'expose', `${port}/${protocol}`);
  },
  gpus: ({ value }, { keys }) => {
    if (value === 'all') {
      keys.gpus = 'all';
      return;
    }
    const request: Keys = {};
    for (const field of csv(value)) {
      const at = field.indexOf('=');
      const [name, text] = at < 0 ? ['count', field] : [field.slice(0, at), field.slice(at + 1)];
      if (name === 'count') request.count = text === 'all' ? 'all' : numberOr(text);
      else if (name === 'device') request.device_ids = text.split(',');
      else if (name === 'driver') request.driver = text;
      else if (name === 'capabilities') request.capabilities = text.split(',');
      else if (name === 'options')
        for (const option of text.split(',')) setEntry(request, 'options', option.split('=')[0]!, option.slice(option.indexOf('=') + 1));
    }
    append(keys, 'gpus', request);
  },
  health: ({ name, value }, { keys }) => {
    if (name === 'health-cmd') {
      if (value !== '') setEntry(keys, 'healthcheck', 'test', ['CMD-SHELL', value]);
    } else {
      const key = name.slice('health-'.length).replaceAll('-', '_');
      setEntry(keys, 'healthcheck', key, key === 'retries' ? numberOr(value) : value);
    }
  },
  noHealthcheck: ({ value }, { keys }) => {
    if (value !== 'false') keys.healthcheck = { disable: true };
  },
  link: ({ value }, { keys, containers }) => {
    const [name = '', alias = name] = value.split(':');
    const service = containers.get(name);
    append(keys, 'external_links', service === undefined ? `${name}:${alias}` : `${name}:${alias}`);
  },
  logDriver: ({ value }, { keys }) => setEntry(keys, 'logging', 'driver', value),
  logOption: ({ value }, { keys }) => {
    const logging = { ...(keys.logging as Keys | undefined) };
    pair(logging, 'options', value);
    keys.logging = logging;
  },
  mount,
  name: ({ value }, { keys }) => {
    keys.container_name = value;
  },
  namespace: ({ name, value }, reading) => {
    reading.keys[name] = shared(value, reading);
  },
  publish: ({ value, word }, reading) => {
    const { keys } = reading;
    if (!value.includes('=')) {
      if (Array.isArray(keys.ports) && keys.ports.includes(value))
        lose(reading, 'unsupported', `--publish ${value}`, 'Compose publishes it once', word);
      append(keys, 'ports', value);
      return;
    }
    const fields = new Map(csv(value).map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]));
    const target = fields.get('target');
    if (target === undefined) throw refused(word, `--publish ${value} has no target`);
    append(keys, 'ports', `${fields.has('published') ? `${fields.get('published')}:` : ''}${target}/${fields.get('protocol') ?? 'tcp'}`);
  },
  pull: ({ value }, { keys }) => {
    keys.pull_policy = value;
  },
  stopTimeout: ({ value, word }, reading) => {
    if (/^-/.test(value)) lose(reading, 'unsupported', '--stop-timeout', 'Compose cannot wait without an end', word);
    else reading.keys.stop_grace_period = `${value}s`;
  },
  swap: ({ value }, { keys }) => {
    keys.memswap_limit = value === '-1' ? -1 : value;
  },
  ulimit: ({ value, word }, { keys }) => {
    const [, name = '', soft = '', hard] = /^([a-z]+)=([^:]+)(?::(.+))?$/.exec(value) ?? [];
    if (name === '') throw refused(word, `--ulimit ${value}: not a limit`, '--ulimit nofile=1024:2048');
    setEntry(keys, 'ulimits', name, hard === undefined ? numberOr(soft) : { soft: numberOr(soft), hard: numberOr(hard) });
  },
  volume,
  volumeDriver: () => undefined,
  volumesFrom: ({ value, word }, reading) => {
    const { keys, containers } = reading;
    const [name = '', ...mode] = splitOutsideBraces(value, ':');
    const service = containers.get(name);
    if (service === undefined && mode.includes('ro')) {
      lose(
        reading,
        'unsupported',
        '--volumes-from :ro',
        'of a container that is no service Compose mounts the volumes to be written',
        word,
      );
    }
    append(keys, 'volumes_from', [...(service === undefined ? ['container', name] : [service]), ...mode].join(':'));
  },
};

/** A number where it is one; a variable stays a text, which Compose reads as one. */
export function numberOr(text: string): Data {
  return /^-?\d+(?:\.\d+)?$/.test(text) && Number.isSafeInteger(Math.trunc(Number(text))) ? Number(text) : text;
}

/** `key=value` as an entry of a map; without a value it is empty. */
export function pair(keys: Keys, key: string, text: string): void {
  const at = text.indexOf('=');
  const name = evaluate(at < 0 ? text : text.slice(0, at)).text;
  setEntry(keys, key, name, at < 0 ? '' : text.slice(at + 1));
}

/** A key of a map, in which Compose replaces nothing. */
function plainName(text: string, word: GivenOption['word']): string {
  const { text: name, interpolated } = evaluate(text);
  if (interpolated) throw refused(word, `${text} is a name that a variable decides, which Compose does not take`, 'write the name');
  return name;
}
