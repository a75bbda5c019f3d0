import { type Habits, ownFault } from '../observe/compare';
import { knownExercise } from '../observe/probes';
import { unseenOf, withheldFrom } from '../prove/exercise';
import type { LearnedApparmor } from './apparmor';
import type { Settings } from './confirm';
import type { Confirmation, LearnedService } from './report';
import type { LearnedProfile } from './seccomp';
import { traceOf, type Watched } from './watch';

/** All that is known of one service at the end. */
export function describe(
  name: string,
  { run: { lives, model, conversion }, seen, addresses, traced }: Watched,
  habits: Habits | undefined,
  settings: Settings | undefined,
  confirmed: Confirmation | undefined,
  profiles: { seccomp?: LearnedProfile; apparmor?: LearnedApparmor },
): LearnedService {
  const { first, second } = lives.get(name)!;
  const fault = habits ? undefined : ownFault(lives.get(name)!);
  const { written = [], user, usage, peers: called = [] } = seen.get(name) ?? {};
  const peers = called.map((address) => addresses.get(address));
  const steps = [...first.steps, ...(second?.steps ?? [])].map(({ what }) => what);
  const own = knownExercise(first.processes)?.own;
  const trace = traceOf(traced, name);
  return {
    name,
    image: String(model.services[name]?.image ?? `${model.name}-${name}, built`),
    ...(fault && { fault }),
    processes: habits?.processes ?? first.processes,
    listening: habits?.listening ?? [],
    ...(user && { user }),
    written,
    ...(settings?.tmpfs && { tmpfs: [...settings.tmpfs] }),
    ...(settings?.capabilities && { capabilities: [...settings.capabilities] }),
    ...(usage && { usage }),
    ...(settings?.limits && { limits: settings.limits }),
    ...(confirmed && { confirmed }),
    ...(trace && { trace }),
    ...profiles,
    talksTo: [...new Set(peers.filter((peer): peer is string => peer !== undefined && peer !== name))].sort(),
    outside: peers.includes(undefined),
    exercised: [
      ...(steps.length > 0 && own ? [own] : [...new Set(steps)]),
      ...(habits?.twice ? ['a stop, and a second start on the same volumes'] : []),
    ],
    notExercised: [
      ...unseenOf({ aspects: new Set(['work']), withheld: withheldFrom(name, conversion) }),
      steps.length > 0 ? 'whatever these steps do not reach' : 'any request or write: no probe does (--probe)',
    ],
  };
}
