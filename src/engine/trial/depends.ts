import { literal } from '../../compose/literal';
import { listOf, type Model, mapOf } from '../compose/model';

/**
 * Whom each service needs, directly or through others: what it depends on, is linked to, shares a namespace with, or names in its
 * environment or command. A service that fails beside one it needs says nothing about its own settings.
 */
export function needsOf(model: Model): Map<string, Set<string>> {
  const names = Object.keys(model.services);
  const direct = new Map(names.map((name) => [name, directNeeds(name, model, names)]));
  return new Map(names.map((name) => [name, closure(name, direct)]));
}

function directNeeds(name: string, model: Model, names: readonly string[]): Set<string> {
  const service = model.services[name]!;
  const needs = new Set(Object.keys(mapOf(service.depends_on)));
  for (const link of listOf(service.links)) needs.add(String(link).split(':')[0]!);
  for (const key of ['network_mode', 'pid', 'ipc'] as const) {
    const shared = /^service:(.+)$/.exec(String(service[key] ?? ''))?.[1];
    if (shared) needs.add(shared);
  }
  const text = JSON.stringify([service.environment ?? {}, service.command ?? [], service.entrypoint ?? []]);
  for (const other of names) {
    if (other === name) continue;
    const called = [other, model.services[other]!.container_name].filter((each) => typeof each === 'string') as string[];
    // As a host: between quotes, after @, // or =, before a port, a path or a quote.
    if (called.some((each) => new RegExp(`(?:["@=, ]|//)${literal(each)}(?:[":/, ]|$)`).test(text))) needs.add(other);
  }
  return needs;
}

function closure(name: string, direct: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const out = new Set<string>();
  const queue = [...(direct.get(name) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === name || out.has(next) || !direct.has(next)) continue;
    out.add(next);
    queue.push(...direct.get(next)!);
  }
  return out;
}
