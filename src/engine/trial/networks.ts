import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelThing, mapOf } from '../compose/model';
import { labelsOf } from './options';
import type { Holding } from './withheld';

/** Networks of the trial's own by the project's names: bridges, without the addresses, options and neighbours of the person's. */
export function trialNetworks(resolved: Model, id: string): Record<string, ModelThing> {
  const out: Record<string, ModelThing> = { default: { labels: labelsOf(id) } };
  for (const [name, network] of Object.entries(resolved.networks ?? {})) {
    const { internal, external } = network ?? {};
    out[name] = { ...(internal && !external && { internal: true }), labels: labelsOf(id) };
  }
  return out;
}

/** How they differ from the person's. */
export function networkNotes({ networks = {} }: Model): string[] {
  return Object.entries(networks).flatMap(([name, network]) => {
    const { driver, external } = network ?? {};
    if (external) return [`network ${name} is a private one in a trial: who else is on it takes no part`];
    return driver !== undefined && driver !== null && driver !== '' && driver !== 'bridge'
      ? [`network ${name} is a bridge in a trial, not ${String(driver)}`]
      : [];
  });
}

/** The networks of a service with the names it has there, and nothing else: addresses and options are for the person's own networks. */
export function privateNetworks(networks: Data, holding: Holding): Data {
  return Object.fromEntries(
    Object.entries(mapOf(networks)).map(([name, value]) => {
      const { ipv4_address, ipv6_address, aliases, priority } = mapOf(value);
      if (ipv4_address !== undefined || ipv6_address !== undefined) holding.note('its fixed address is not used in a trial');
      const rest = { ...(aliases !== undefined && { aliases }), ...(priority !== undefined && { priority }) };
      return [name, Object.keys(rest).length > 0 ? rest : null];
    }),
  );
}

/** The networks of a service, on each of which it is known by one more name. */
export function withAlias(networks: Data | undefined, alias: string): Data {
  const map = networks === undefined ? { default: null } : mapOf(networks);
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [
      name,
      { ...mapOf(value), aliases: [...new Set([...listOf(mapOf(value).aliases), alias])] },
    ]),
  );
}
