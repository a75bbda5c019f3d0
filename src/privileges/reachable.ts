import { isMap, isTrue } from '../compose/data';
import { isAnyAddress, isLoopback, type ParsedPort, parseLongPort, parseShortPort } from '../compose/ports';
import type { Privilege } from '../harden/privileges';
import type { Severity } from '../harden/types';
import type { Data } from '../yaml/types';
import { canonicalOf, type Scope, shown } from './scope';

/** A range of more ports than this stays one. */
const MOST_PORTS = 256;

/** Who the container can reach, and who reaches it: ports and networks. */
export function networkPrivileges(scope: Scope): Privilege[] {
  return [...ports(scope), ...memberships(scope), ...names(scope)];
}

function ports(scope: Scope): Privilege[] {
  return scope.list('ports').flatMap((item) => {
    const parsed = parse(item);
    const is = (each: Data): boolean => {
      const other = parse(each);
      return other !== undefined && parsed !== undefined && portText(other) === portText(parsed);
    };
    if (!parsed?.known) {
      const text = isMap(item) ? JSON.stringify(canonicalOf(item)) : shown(item);
      return [
        scope.privilege(
          'port',
          { severity: 'medium', what: `port ${parsed?.raw ?? text}, which is not known here`, key: text },
          'ports',
          is,
        ),
      ];
    }
    return eachPort(parsed).map(([published, target]) => {
      const { hostIp, protocol } = parsed;
      const [rank, severity, where]: [number, Severity, string] = isLoopback(hostIp)
        ? [0, 'low', 'on the loopback of the host']
        : isAnyAddress(hostIp)
          ? [2, 'medium', 'on all addresses']
          : [1, 'medium', `on ${hostIp}`];
      const key = `${published} ${target}/${protocol}`;
      const from = published === '' ? 'port chosen by Docker' : `port ${published}`;
      return scope.privilege(
        'port',
        { severity, what: `${from} → ${target}/${protocol} ${where}`, key, value: rank === 2 ? '' : (hostIp ?? ''), rank },
        'ports',
        is,
      );
    });
  });
}

function parse(item: Data): ParsedPort | undefined {
  return isMap(item) ? parseLongPort(item) : parseShortPort(String(item));
}

function portText({ hostIp, published, target, protocol }: ParsedPort): string {
  return JSON.stringify([hostIp, published, target, protocol]);
}

/** The pairs that a range stands for. */
function eachPort({ published = '', target }: ParsedPort): [published: string, target: string][] {
  const [targets, hosts] = [ends(target), ends(published)];
  const count = targets[1] - targets[0] + 1;
  if (count === 1 || count > MOST_PORTS) return [[published, target]];
  return Array.from({ length: count }, (_, index) => [published === '' ? '' : String(hosts[0] + index), String(targets[0] + index)]);
}

function ends(range: string): [number, number] {
  const [first = 0, last = first] = range.split('-').map(Number);
  return [first, last];
}

function memberships(scope: Scope): Privilege[] {
  const mode = scope.text('network_mode') ?? '';
  if (mode !== '' && mode !== 'default') return [];
  const named = scope.names('networks');
  const joined = named.size > 0 ? named : new Map<string, Data>([['default', null]]);
  const leads = [...joined.keys()].some((name) => !isTrue(shown(scope.model.networks.get(name)?.internal)));
  const out = leads
    ? [scope.privilege('network', { severity: 'medium', what: 'a way out of its networks', key: 'outside' }, 'networks')]
    : [];
  const each = [...joined].flatMap(([name, settings]) => {
    const definition = scope.model.networks.get(name);
    const external = definition?.external !== undefined && definition.external !== null && shown(definition.external) !== 'false';
    const what = `network ${name}${external ? ', which is not of this project' : ''}`;
    const is = (item: Data, key: string): boolean => key === name || item === name;
    const aliases = isMap(settings) && Array.isArray(settings.aliases) ? settings.aliases.map(shown) : [];
    return [
      scope.privilege('network', { severity: external ? 'medium' : 'low', what, key: name }, 'networks', is),
      ...aliases.map((alias) =>
        scope.privilege(
          'network',
          { severity: 'low', what: `the name ${alias} in network ${name}`, key: `${name} as ${alias}` },
          'networks',
          is,
        ),
      ),
    ];
  });
  return [...out, ...each];
}

/** Names that lead to other containers and machines, and who is asked for them. */
function names(scope: Scope): Privilege[] {
  const one = (key: string, what: string, severity: Severity): Privilege[] =>
    scope.list(key).map((item) => {
      const text = shown(item);
      return scope.privilege('network', { severity, what: `${what} ${text}`, key: `${key} ${text}` }, key, (each) => shown(each) === text);
    });
  return [...one('external_links', 'a way to container', 'medium'), ...one('dns', 'names from the server', 'low'), ...hosts(scope)];
}

function hosts(scope: Scope): Privilege[] {
  const data = scope.keys.extra_hosts;
  const pairs: [string, string][] = Array.isArray(data)
    ? data.map((item) => {
        const text = shown(item);
        const at = text.search(/[=:]/);
        return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
      })
    : isMap(data)
      ? Object.entries(data).flatMap(([name, value]): [string, string][] =>
          (Array.isArray(value) ? value : [value]).map((each) => [name, shown(each)]),
        )
      : [];
  return pairs.map(([name, address]) => {
    const plain = address.replace(/^\[(.*)\]$/, '$1');
    return scope.privilege(
      'network',
      { severity: 'low', what: `the name ${name} for ${plain}`, key: `host ${name} ${plain}` },
      'extra_hosts',
      (item, key) => key === name || shown(item).startsWith(name),
    );
  });
}
