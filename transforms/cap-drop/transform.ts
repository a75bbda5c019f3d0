import { isKnownCapability, normaliseCapability } from '../../src/compose/capabilities';
import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { addToList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Proposal } from '../../src/harden/types';
import type { Data, Op } from '../../src/yaml/types';

const transform: Transform = {
  id: 'cap-drop',
  title: 'Drop all capabilities but those in use',
  summary: 'Adds `cap_drop: [ALL]` and the `cap_add` entries this service, as it is configured, needs to start, restart and stop.',
  severity: 'high',
  controls: ['CIS 5.4', 'OWASP RULE#3'],
  preset: 'recommended',
  find: (context) => eachService(context, propose),
};

export default transform;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  const added = names(service.capAdd);
  const dropped = names(service.capDrop);
  // With ALL added a cap_drop does nothing; `dangerous-capabilities` is about that.
  if (service.privileged || dropped.includes('ALL') || added.includes('ALL')) return undefined;
  const verdict = advise(service).capabilities;
  // Existing entries stay, they are why the stack works; what the file drops by name is never added back.
  const needed = verdict.value.filter((name) => !dropped.includes(name));
  return {
    ...about(transform, service, 'cap_drop'),
    message: `"${service.name}" keeps Docker's default capabilities`,
    plan: describe(service.name, needed, added),
    breaks: verdict.breaks ?? 'a program that uses a capability which is neither listed here nor known for the image',
    // An empty list was written to drop nothing.
    confidence: isEmptyList(service.nearest('cap_drop')) ? atMost(verdict.confidence, 'guess') : verdict.confidence,
    evidence: verdict.evidence,
    ops: ops(service, needed, added),
    editable: {
      label: 'capabilities to add back',
      value: needed.join(' '),
      rebuild: (value) => rebuild(service, value, added),
      describe: (value) => describe(service.name, wantedOf(value), added),
    },
  };
}

function isEmptyList(data: Data | undefined): boolean {
  return Array.isArray(data) && data.length === 0;
}

function names(items: readonly { text: string }[]): string[] {
  return items.map(({ text }) => normaliseCapability(text));
}

function ops(service: ComposeService, needed: readonly string[], added: readonly string[]): Op[] {
  const missing = needed.filter((name) => !added.includes(name));
  return [...addToList(service, 'cap_drop', ['ALL']), ...addToList(service, 'cap_add', missing)];
}

function describe(service: string, needed: readonly string[], added: readonly string[]): string {
  const missing = needed.filter((name) => !added.includes(name));
  const kept = added.length > 0 ? `, keeping ${added.join(', ')}` : '';
  const back = missing.length > 0 ? `, adding back ${missing.join(', ')}` : added.length > 0 ? '' : ', adding none back';
  return `drop all capabilities of "${service}"${kept}${back}`;
}

function rebuild(service: ComposeService, value: string, added: readonly string[]): Op[] | { error: string } {
  const wanted = wantedOf(value);
  const unknown = wanted.find((name) => !isKnownCapability(name));
  return unknown
    ? { error: `"${unknown}" is no Linux capability; write names such as CHOWN SETUID, or nothing at all` }
    : ops(service, wanted, added);
}

function wantedOf(value: string): string[] {
  return value
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(normaliseCapability);
}
