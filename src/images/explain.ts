import { ComposeProject } from '../compose/project';
import type { Service } from '../compose/types';
import { YamlDocument } from '../yaml/document';
import type { Family } from './catalogue';
import { choose } from './conditions';
import { explainFacts, type Section } from './explain-facts';
import { GENERIC_CAPABILITIES } from './generic';
import { catalogue } from './load';
import { believed, evidenceOf, type Match, matchImage } from './match';
import { parseReference } from './reference';
import { type Situation, situationOf } from './situation';
import type { Entry, Template, TemplateTmpfs, When } from './template';

/** All families, in order of their id. */
export function families(): readonly Family[] {
  return catalogue().families;
}

/**
 * A Compose file with nothing but a service of this image, its data in a named volume: how it is mostly run. Undefined for an image without a
 * template, and for a name that cannot be written down.
 */
export function plainProject(reference: string): string | undefined {
  const match = matchImage(reference);
  if (!match || !/^[\w./:@-]+$/.test(reference)) return undefined;
  const name = match.reference.path.match(/[a-z0-9]+/gi)?.at(-1) ?? 'app';
  const [data] = match.template.data ?? [];
  const volume = data === undefined ? '' : `    volumes:\n      - data:${data}\nvolumes:\n  data:\n`;
  return `services:\n  ${name}:\n    image: ${reference}\n${volume}`;
}

/** The one service of `plainProject`, and what it comes to. */
function plainly(match: Match, reference: string): { service: Service; situation: Situation } | undefined {
  const text = plainProject(reference);
  const service = text === undefined ? undefined : ComposeProject.read(YamlDocument.open(text)).services[0];
  return service && { service, situation: situationOf(service, match) };
}

/**
 * What batten knows about an image, as text to read: its family and variant, and each value with its condition, reason, confidence and
 * evidence. For an unknown image, what is done instead. Never throws for any text.
 */
export function explainImage(reference: string): string {
  const match = matchImage(reference);
  return match ? explainFamily(match, reference) : explainUnknown(reference);
}

function explainUnknown(reference: string): string {
  const { name, nameKnown } = parseReference(reference);
  const which = nameKnown ? `${name}: no template` : `${reference}: the image's name hangs on a variable`;
  return `${which}

Nothing is known about this image, so batten goes by rules of thumb and says so:
  capabilities   keep ${GENERIC_CAPABILITIES.join(' ')} (generic);
                 with a user: that is not root only NET_BIND_SERVICE
  privileges     no-new-privileges, unless the service uses sudo, crontab, fixuid or postfix (generic)
  user           1000:1000 where nothing in the service speaks for root (guess)
  read-only      with a tmpfs at /tmp and /run (guess)
  network        whether it calls out is not known, so it keeps its way out

\`batten prove\` finds out what it really needs by running it.
`;
}

function explainFamily(match: Match, written: string): string {
  const { template, reference, variant, version } = match;
  const plain = plainly(match, written);
  const which = variant && template.variants.length > 1 ? `, variant ${variant.id}` : '';
  const lines = [
    `${template.title} (${reference.name}${reference.tag === undefined ? '' : `:${reference.tag}`}): family ${template.family}${which}, ${template.role}`,
  ];
  for (const each of variant ? [variant] : template.variants) {
    const tagged = !variant && template.variants.length > 1 ? ` (${each.id})` : '';
    lines.push(
      `Starts as ${each.start === 'user' ? 'a user of its own that is not root' : each.start}${each.runs_as ? `, then runs as ${each.runs_as}` : ''}${tagged}.`,
    );
  }
  if (!variant) lines.push('Which variant this tag is cannot be told.');
  if (version) lines.push(`Version ${version.join('.')}.`);

  const section: Section = (entries, title, show) => {
    // What holds for the service as it is mostly run comes first; a person looks for that.
    const usual = plain && choose(entries, plain.situation, plain.service);
    const inOrder = usual ? [usual, ...entries.filter((entry) => entry !== usual)] : entries;
    writeSection(lines, title, match, inOrder, show);
  };
  section(template.user, 'user', (value) =>
    value === 'runs_as' ? (variant?.runs_as ?? 'the user it steps down to') : (value ?? 'not possible'),
  );
  section(template.capabilities, 'capabilities', (value) => (value.length === 0 ? 'none' : value.join(' ')));
  section(template.no_new_privileges, 'no-new-privileges', (value) => (value ? 'yes' : 'no'));
  section(template.read_only, 'read-only', (value) => (value === false ? 'no' : tmpfsText(value.tmpfs)));
  section(template.egress, 'calls out', (value) => CALLS_OUT[value]);
  section(template.privileged, 'privileged', (value) => value.replace('-', ' '));
  if (template.ports.length > 0) {
    lines.push('', 'ports');
    for (const port of template.ports)
      lines.push(`  ${port.port}/${port.protocol ?? 'tcp'}  ${port.kind}${port.why ? `: ${port.why}` : ''}`);
  }
  explainFacts(lines, match, section);
  lines.push('', 'evidence');
  for (const name of Object.keys(template.sources))
    for (const { kind, ref, detail } of evidenceOf(match, [name])) lines.push(`  [${name}] ${ref} (${kind})`, `      ${detail}`);
  return `${lines.join('\n')}\n`;
}

const CALLS_OUT = { none: 'no', needed: 'yes', unknown: 'not known' };

function writeSection<T>(lines: string[], title: string, match: Match, entries: readonly Entry<T>[], show: (value: T) => string): void {
  if (entries.length === 0) return;
  lines.push('', title);
  for (const entry of entries) {
    const condition = conditionText(entry.when, match.template);
    const { confidence, why } = believed(match, entry);
    lines.push(`  ${show(entry.value)}  (${confidence}${condition ? `, ${condition}` : ''})`);
    lines.push(`      ${why} [${entry.sources.join(', ')}]`);
    if (entry.breaks) lines.push(`      could break: ${entry.breaks}`);
  }
}

function tmpfsText(tmpfs: readonly TemplateTmpfs[]): string {
  return tmpfs.length === 0 ? 'yes, without a tmpfs' : `yes, with a tmpfs at ${tmpfs.map((each) => each.path).join(' and ')}`;
}

const DATA_WORDS = {
  volume: 'its data in a volume',
  bind: 'its data in a bind mount',
  tmpfs: 'its data in a tmpfs',
  none: 'nothing mounted for its data',
};

function many<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The conditions as a person would say them, in the order of the fields. */
export function conditionText(when: When | undefined, template: Template): string {
  if (!when) return '';
  const words = (value: string | readonly string[]) => (typeof value === 'string' ? value : value.join(' or '));
  const command = many(when.command ?? 'default');
  const parts: (string | undefined | false)[] = [
    when.start && (when.start === 'root' ? 'when it starts as root' : 'with a user: that is not root'),
    when.variant && `variant ${words(when.variant)}`,
    when.major && `version ${when.major}`,
    when.data && `with ${words(many(when.data).map((kind) => DATA_WORDS[kind]))}`,
    command.includes('custom') && 'with a command of your own',
    command.includes('shell') && !command.includes('default') && 'when a shell starts the server',
    command.includes('any') && template.command !== 'args' && 'whatever the command',
    when.entrypoint === 'custom' && 'with an entrypoint of your own',
    when.init !== undefined && (when.init ? 'with init: true' : 'without init'),
    when.network && (when.network === 'host' ? 'on the host network' : 'on its own network'),
    when.env && `with ${words(when.env)} set`,
    when.mounts && `with something mounted at ${words(when.mounts)}`,
    when.secrets && (when.secrets === 'file' ? 'with a secret from a file' : 'without secrets'),
    when.user && `with user ${when.user}`,
  ];
  return parts.filter(Boolean).join(', ');
}
