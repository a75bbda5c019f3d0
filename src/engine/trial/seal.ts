import { ANYWHERE } from '../../compose/bounds';
import { effectiveCapabilities } from '../../compose/capabilities';
import { readInput } from '../../compose/read';
import { parseSecurityOpt } from '../../compose/security-opt';
import { listOf, type ModelService } from '../compose/model';
import type { Conversion } from './convert';
import { hasGuarded } from './host/capabilities';
import { guardedProfile, narrowedProfile } from './host/seccomp';
import type { World } from './host/world';
import type { TrialOptions } from './options';

/**
 * The last step before a trial is started, whatever its settings were made of: who may read everywhere gets a seccomp profile without
 * open_by_handle_at(2), which would make that every file of the Engine's disk. Where no profile can be made, the capability goes.
 */
export function seal({ model, texts }: Conversion, { allowPrivileged }: TrialOptions, world: World): void {
  if (allowPrivileged) return;
  for (const [name, service] of Object.entries(model.services)) {
    const added = listOf(service.cap_add).map(String);
    if (!hasGuarded(added)) continue;
    const others = listOf(service.security_opt).filter((option) => parseSecurityOpt(String(option)).key !== 'seccomp');
    const text = profileFor(service, texts, world);
    const file = world.textPath(`seccomp-${name}.json`);
    if (text === undefined) service.cap_add = added.filter((each) => !hasGuarded([each]));
    else {
      texts.set(file, text);
      service.security_opt = [...others, `seccomp=${file}`];
    }
  }
}

/** The service's own profile without that call, else what Docker's own would be without it. */
function profileFor(service: ModelService, texts: ReadonlyMap<string, string>, { machine }: World): string | undefined {
  const capabilities = effectiveCapabilities(listOf(service.cap_add).map(String), listOf(service.cap_drop).map(String));
  const own = listOf(service.security_opt)
    .map((option) => parseSecurityOpt(String(option)))
    .find(({ key }) => key === 'seccomp')?.value;
  if (own === undefined || own === 'builtin') return guardedProfile(machine, capabilities);
  // It was narrowed before, or is one that learn made of what it saw.
  return narrowedProfile(texts.get(own) ?? readInput(own, own, ANYWHERE).text, machine, capabilities)?.text;
}
