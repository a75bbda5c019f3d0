import { evidenceFrom, table } from './hints/load';
import type { PortFact } from './hints/tables';
import type { PortKind, Verdict } from './types';

let byPort: Map<string, PortFact> | undefined;

/** What a container port is for when the image does not say: by the number alone. */
export function wellKnownPort(port: number, protocol: 'tcp' | 'udp'): Verdict<PortKind> {
  byPort ??= new Map(table('ports').ports.map((fact) => [fact.port, fact]));
  const fact = byPort.get(`${port}/${protocol}`);
  if (!fact) return { value: 'app', confidence: 'guess', why: `nothing is known about port ${port}/${protocol}`, evidence: [] };
  const evidence = evidenceFrom('ports', fact.sources);
  if (fact.kind === 'public') return { value: 'public', confidence: 'generic', why: `${fact.port} is for ${fact.what}`, evidence };
  const breaks = 'clients on other machines that use the published port';
  return { value: 'datastore', confidence: 'generic', why: `${port} is the port of ${fact.what}`, breaks, evidence };
}
