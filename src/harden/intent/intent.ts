import type { ComposeService } from '../../compose/service';
import type { Evidence } from '../../images/types';
import { atMost } from '../confidence';
import { builtInPairs, CALLED } from './built-in';
import { NameFinder } from './names';
import { asksFor, labelProxies, readsLabels, routesSeen } from './proxies';
import { type Sayings, sayingsOf } from './sayings';
import { isSocketProxy } from './stores';
import type { Call, IntentContext, Need } from './types';

/** A sign that a data store talks to the outside after all: an address, an object store, a replica elsewhere. */
const CALLS_OUT = /^environment (?:AWS_|S3_|WALG?_|REPLICATION_SOURCE)/;

/**
 * Which services have to talk to which, as far as the project says: `depends_on` and `links`, names of services in variables, commands,
 * labels and in configuration files of the project, the labels that reverse proxies read, and what images are for.
 */
export class Intent {
  readonly calls: readonly Call[];
  private readonly sayings = new Map<string, Sayings>();
  /** The calls between two services, in either direction, by the name of one and then of the other. */
  private readonly among = new Map<string, Map<string, Call[]>>();
  private to: Map<string, Call[]> | undefined;
  private builtIn: Map<string, Map<string, string>> | undefined;
  private readonly speaking = new Set<string>();
  private readonly answering = new Map<string, boolean>();
  private readonly sockets = new Map<string, boolean>();
  private readonly routing = new Map<string, boolean>();

  constructor(private readonly context: IntentContext) {
    for (const service of context.project.services) this.sayings.set(service.name, sayingsOf(service, context));
    this.calls = this.readCalls();
    for (const call of this.calls) {
      if (call.named) this.speaking.add(call.from);
      this.note(call.from, call.to, call);
      this.note(call.to, call.from, call);
    }
  }

  /** The calls to a service, in the order of the file. */
  callsOf(name: string): readonly Call[] {
    if (!this.to) {
      this.to = new Map();
      for (const call of this.calls) {
        const there = this.to.get(call.to);
        if (there) there.push(call);
        else this.to.set(call.to, [call]);
      }
    }
    return this.to.get(name) ?? [];
  }

  /** The services that a service has to talk to. */
  neededBy(name: string): Iterable<string> {
    return this.among.get(name)?.keys() ?? [];
  }

  /** The services of which one may know the other's address by itself. */
  likelyBy(name: string): Iterable<string> {
    return this.likely().get(name)?.keys() ?? [];
  }

  /** Whether two services have to talk, in whichever direction. */
  between(a: ComposeService, b: ComposeService): Need {
    const calls = this.among.get(a.name)?.get(b.name);
    if (calls) return needed(calls);
    const known = this.strangers(a, b) ?? this.unrouted(a, b) ?? this.unrouted(b, a) ?? this.untold(a, b) ?? this.untold(b, a);
    if (known) return known;
    const why = this.likely().get(a.name)?.get(b.name);
    return why === undefined ? POSSIBLE : { ...POSSIBLE, why, likely: true };
  }

  /** Whether a service only answers, by what its image is and by what the file tells of it. */
  onlyAnswers(service: ComposeService): boolean {
    return remembered(this.answering, service, () => {
      if (!service.complete) return false;
      const { role, egress } = this.context.advise(service);
      return CALLED.has(role) && egress.value === 'none' && !this.callsOut(service);
    });
  }

  /** A sign in its variables or command that a service calls something outside of the project. */
  callsOut(service: ComposeService): boolean {
    return this.sayings
      .get(service.name)!
      .all.some(
        ({ where, text }) => CALLS_OUT.test(where) || (/^(?:environment|command|entrypoint)/.test(where) && /https?:\/\//.test(text)),
      );
  }

  /** Whether something says whom a service calls, or that it calls nobody. */
  speaks(service: ComposeService): boolean {
    return this.speaking.has(service.name) || this.onlyAnswers(service) || this.routesSeen(service);
  }

  /** Whether it is seen whom a reverse proxy sends requests to. */
  routesSeen(service: ComposeService): boolean {
    return remembered(this.routing, service, () => routesSeen(service, this.sayings.get(service.name)!, this.context));
  }

  /** Two that only answer have nothing to say to each other. Two of one kind may be a cluster, which finds itself in ways of its own. */
  private strangers(a: ComposeService, b: ComposeService): Need | undefined {
    if (!this.onlyAnswers(a) || !this.onlyAnswers(b)) return undefined;
    const [mine, theirs] = [this.context.advise(a), this.context.advise(b)];
    if (mine.family === theirs.family) return undefined;
    return {
      verdict: 'none',
      confidence: atMost(mine.egress.confidence, theirs.egress.confidence),
      why: `both only answer, and neither names the other`,
      evidence: [...mine.egress.evidence, ...theirs.egress.evidence],
    };
  }

  /** A reverse proxy whose whole configuration was seen sends nothing to a data store that it does not name and that does not ask for it. */
  private unrouted(proxy: ComposeService, store: ComposeService): Need | undefined {
    if (!this.onlyAnswers(store) || !this.routesSeen(proxy)) return undefined;
    const { label } = this.context.advise(proxy);
    const { egress } = this.context.advise(store);
    const why = `"${proxy.name}" sends no request to "${store.name}": nothing in its configuration and no label names it`;
    const evidence: Evidence = {
      kind: 'compose-semantics',
      ref: `services.${proxy.name}`,
      detail: `${label} sends requests to whom its configuration names or who asks for it by a label; all of it was read, and "${store.name}" is not there`,
    };
    return { verdict: 'none', confidence: egress.confidence, why, evidence: [evidence, ...egress.evidence] };
  }

  /** Who talks to the Docker Engine through a proxy of its socket has to be told where that is: no image has the name built in. */
  private untold(socket: ComposeService, other: ComposeService): Need | undefined {
    if (!remembered(this.sockets, socket, () => socket.complete && isSocketProxy(this.context.advise(socket)))) return undefined;
    const advice = this.context.advise(socket);
    if (!other.complete || other.build || this.sayings.get(other.name)!.unseen.length > 0) return undefined;
    const why = `"${other.name}" is not told where "${socket.name}" is`;
    const evidence: Evidence = {
      kind: 'compose-semantics',
      ref: `services.${other.name}`,
      detail: `neither its variables, its command nor its configuration names "${socket.name}", and no other configuration is mounted`,
    };
    return { verdict: 'none', confidence: advice.egress.confidence, why, evidence: [evidence, ...advice.egress.evidence] };
  }

  private likely(): Map<string, Map<string, string>> {
    this.builtIn ??= builtInPairs(this.context, this);
    return this.builtIn;
  }

  private note(one: string, other: string, call: Call): void {
    const others = this.among.get(one) ?? new Map<string, Call[]>();
    this.among.set(one, others);
    others.set(other, [...(others.get(other) ?? []), call]);
  }

  private readCalls(): Call[] {
    const { project } = this.context;
    const finder = new NameFinder(project);
    const out = new Map<string, Call>();
    const put = (from: string, to: string, where: string, named = true): void => {
      const key = `${from}\n${to}`;
      const there = out.get(key);
      // A name says more than an order of starting.
      if (from !== to && project.service(to) && (!there || (named && !there.named))) out.set(key, { from, to, where, named });
    };
    const readers = project.services.filter(readsLabels);
    for (const service of project.services) {
      for (const { where, text } of this.sayings.get(service.name)!.all) for (const to of finder.in(text)) put(service.name, to, where);
      for (const [label, value] of service.labels) {
        for (const to of finder.in(value?.text ?? '')) {
          put(service.name, to, `label ${label}`);
          for (const reader of readers) put(reader.name, to, `label ${label} of ${service.name}`);
        }
      }
      const links = service.data('links');
      for (const link of Array.isArray(links) ? links.map(String) : []) put(service.name, link.split(':')[0]!, 'links');
      for (const to of service.dependsOn) put(service.name, to, 'depends_on', false);
    }
    for (const { service: proxy, kind } of labelProxies(this.context)) {
      for (const service of project.services) {
        const where = asksFor(service, kind);
        if (where) put(proxy.name, service.name, `${where} of ${service.name}`);
      }
    }
    return [...out.values()];
  }
}

function remembered(known: Map<string, boolean>, { name }: ComposeService, ask: () => boolean): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = ask();
    known.set(name, answer);
  }
  return answer;
}

const POSSIBLE: Need = {
  verdict: 'possible',
  confidence: 'guess',
  why: 'nothing says that they talk, and nothing that they do not',
  evidence: [],
};

function needed(calls: readonly Call[]): Need {
  return {
    verdict: 'needed',
    confidence: 'known',
    why: calls.map(callText).join('; '),
    evidence: calls.map((call) => ({ kind: 'compose-semantics', ref: `services.${call.from}`, detail: callText(call) })),
  };
}

/** `"web" calls "db" (environment DB_HOST)`. */
export function callText({ from, to, where, named }: Call): string {
  return named ? `"${from}" calls "${to}" (${where})` : `"${from}" starts after "${to}" (${where})`;
}
