import { isAnyAddress, isLoopback, withHostIp } from '../../src/compose/ports';
import type { ComposeService } from '../../src/compose/service';
import type { Port } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Confidence, Evidence, Proposal } from '../../src/harden/types';
import type { PortKind, Verdict } from '../../src/images/types';
import type { Op, Refusal } from '../../src/yaml/types';

const transform: Transform = {
  id: 'ports',
  title: 'Publish ports on loopback',
  summary: 'Binds published ports of data stores and admin interfaces to 127.0.0.1; reverse proxies and LAN services stay public.',
  severity: 'high',
  controls: ['CIS 5.14', 'OWASP RULE#5a'],
  preset: 'recommended',
  *find(context) {
    for (const service of context.project.services) {
      // Host networking publishes nothing: the list is ignored there.
      if (service.networkMode?.text === 'host' || service.has('provider')) continue;
      for (const port of service.ports) {
        const proposal = propose(service, port, context);
        if (proposal) yield proposal;
      }
    }
  },
};

export default transform;

const LOOPBACK: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/05-services.md#ports',
  detail:
    'a port without an address is published on 0.0.0.0 and [::], past the host firewall; services of one network reach each other without published ports',
};

function propose(service: ComposeService, port: Port, context: TransformContext): Proposal | undefined {
  // An address other than "all" is a decision: a VPN, one LAN interface.
  if (isLoopback(port.hostIp) || !isAnyAddress(port.hostIp)) return undefined;
  const first = Number.parseInt(port.target, 10);
  if (Number.isNaN(first)) return undefined;
  const verdict = context.advise(service).port(first, port.protocol === 'udp' ? 'udp' : 'tcp');
  if (verdict.value === 'public') return undefined;
  const ip = port.hostIp?.includes(':') ? '::1' : '127.0.0.1';
  const attempt = bind(service, port, ip);
  return {
    service: service.name,
    path: port.path,
    severity: verdict.value === 'app' ? 'medium' : transform.severity,
    controls: transform.controls,
    message: `"${service.name}" publishes ${what(verdict.value)} port ${port.target} on every interface`,
    plan: `publish port ${port.published ?? port.target} of "${service.name}" on ${ip} only`,
    breaks: verdict.breaks ?? 'clients on other machines, and containers that go through the address of the host',
    confidence: confidence(verdict, context),
    evidence: [...verdict.evidence, LOOPBACK],
    ...('refusal' in attempt
      ? { refusal: attempt.refusal }
      : {
          ops: attempt.ops,
          editable: {
            label: 'address to publish on',
            value: ip,
            rebuild: (value: string) => {
              const again = bind(service, port, value.trim());
              return 'ops' in again ? again.ops : { error: again.refusal.message };
            },
          },
        }),
  };
}

function what(kind: PortKind): string {
  return kind === 'datastore' ? 'its database' : kind === 'admin' ? 'its admin' : 'its';
}

/** The stack itself always keeps running: what may break is a client elsewhere, which no file shows. */
function confidence(verdict: Verdict<PortKind>, { project, advise }: TransformContext): Confidence {
  if (verdict.value === 'app') return 'guess';
  const others = project.services.filter((service) => service.complete);
  const proxied = others.some((service) => advise(service).role === 'proxy');
  const throughHost = others.some(goesThroughHost);
  if (throughHost || (verdict.value === 'admin' && !proxied)) return 'guess';
  return atMost(verdict.confidence, 'generic');
}

/** A container that talks to the host's address would no longer find the port there (docker/for-linux#1365). */
function goesThroughHost(service: ComposeService): boolean {
  const words = [JSON.stringify(service.data('extra_hosts') ?? ''), ...(service.command ?? [])];
  for (const value of service.environment.values()) if (value) words.push(value.text);
  return words.some((word) => /host\.docker\.internal|host-gateway/.test(word));
}

function bind(service: ComposeService, port: Port, ip: string): { ops: Op[] } | { refusal: Refusal } {
  const origin = service.origin('ports');
  if (origin !== 'own' || !port.range) {
    const message = 'the list of ports is shared with other services: bind it where it is written';
    return { refusal: { code: origin === 'alias' ? 'alias' : 'merge-inherited', message } };
  }
  if (service.ports.some((other) => collides(other, port, service.ports, ip))) {
    const message = `port ${port.published ?? port.target} is published on ${ip} already: remove one of the two`;
    return { refusal: { code: 'conflict', message } };
  }
  return port.long ? bindLong(port, ip) : bindShort(port, ip);
}

/** Whether another item is the same binding on that address, or will be: of two that come to the same, the first one is bound. */
function collides(other: Port, port: Port, all: readonly Port[], ip: string): boolean {
  if (other === port) return false;
  // What hangs on a variable is the same only when it is written the same.
  if (!other.known || !port.known) return other.raw === `${ip}:${port.raw}`;
  if (other.target !== port.target || other.published !== port.published || other.protocol !== port.protocol) return false;
  if (!isAnyAddress(other.hostIp)) return other.hostIp === ip;
  return all.indexOf(other) < all.indexOf(port) && (other.hostIp?.includes(':') ?? false) === ip.includes(':');
}

function bindShort(port: Port, ip: string): { ops: Op[] } | { refusal: Refusal } {
  const bound = withHostIp(port.raw, ip);
  if ('refusal' in bound) return { refusal: { code: 'interpolated', message: bound.refusal } };
  return { ops: [{ op: 'replace', path: port.path, value: bound.text }] };
}

function bindLong(port: Port, ip: string): { ops: Op[] } | { refusal: Refusal } {
  if (port.mode === 'host' || port.mode === 'ingress') {
    return {
      refusal: { code: 'needs-decision', message: `the port has a mode (${port.mode}), as in a Swarm stack, which has no host_ip` },
    };
  }
  const path = [...port.path, 'host_ip'];
  return {
    ops: [port.hostIp === undefined ? { op: 'add', path, value: ip, near: ['published', 'target'] } : { op: 'replace', path, value: ip }],
  };
}
