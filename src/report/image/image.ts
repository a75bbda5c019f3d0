import type { DirectoryFacts, ImageFacts, NotUnderstood, Place, StartFacts, Step } from '../../images/xray';
import type { Colors } from '../colors';
import { columnFor, hang, pad } from '../layout';
import { type Showable, type Shown, say } from '../text/screen';
import { conditionsText } from './condition';
import { ownerText, stepText, whoText } from './step';

interface Look {
  colors: Colors;
  width: number;
}

/** What an image says of itself, as a person would want to read it: who runs, what happens, what it writes, and what was not understood. */
export function imageText(reference: string, facts: ImageFacts, look: Look): Shown {
  const { colors } = look;
  const { os, platform, id, layers } = facts;
  const lines: Shown[] = [
    say`${colors.bold(reference)}  ${colors.dim(`${[os?.name ?? os?.id, platform].filter(Boolean).join(', ')}; ${id.slice(0, 19)}`)}`,
    ...whoRuns(facts, look),
  ];
  if (facts.withoutFiles !== undefined)
    lines.push(...hang(colors.yellow('  ! '), `Its files were not read: ${facts.withoutFiles}.`, look.width));
  section(lines, 'What happens when it starts', startLines(facts.start, facts, look), look);
  if (facts.startAsUser)
    section(lines, `As ${whoText(facts.startAsUser.uid, facts)} instead (user: ${facts.startAsUser.uid})`, asUserLines(facts, look), look);
  section(lines, 'Directories', directoryLines(facts, look), look);
  section(lines, 'Programs that give privileges', privilegeLines(facts, look), look);
  section(lines, 'What is in it', programLines(facts, look), look);
  section(lines, 'Configuration', configLines(facts, look), look);
  section(lines, 'Not understood', notUnderstoodLines(facts.start.notUnderstood, facts, look), look);
  const numbered = layers.map(({ digest }, index) => say`  ${colors.dim(`${index + 1}`)}  ${digest}`);
  section(lines, 'Layers, the lowest first', numbered, look);
  return say`${say.join(lines, '\n')}\n`;
}

function section(lines: Shown[], title: string, body: readonly Shown[], { colors }: Look): void {
  if (body.length > 0) lines.push(say``, colors.bold(title), ...body);
}

/** `/entry.sh:12 [3]`: the number of the layer behind it. */
function placeText({ layer, path, line }: Place, { layers }: ImageFacts): string {
  const number = layers.findIndex(({ digest }) => digest === layer) + 1;
  if (path === 'config') return 'its configuration';
  const where = `${path}${line === undefined ? '' : `:${line}`}`;
  return number === 0 ? where : `${where} [${number}]`;
}

function whoRuns(facts: ImageFacts, { colors, width }: Look): Shown[] {
  const { user, start, config } = facts;
  const name = user.uid === 0 ? 'root' : (user.name ?? user.written);
  const number = user.uid === undefined ? ', whose number is not known' : user.uid === 0 ? '' : ` (${user.uid}:${user.gid ?? '?'})`;
  const becomes = start.steps.filter((step) => step.do === 'become' && step.usual !== false);
  const distinct = [...new Map(becomes.map((step) => [step.do === 'become' ? ownerText(step.owner) : '', step])).values()];
  const then = distinct.map((step) => (step.do === 'become' ? `${ownerText(step.owner)} by ${step.by}` : ''));
  const said = `Starts as ${name}${number}${config.user === '' ? ', as no USER is set' : ''}${then.length > 0 ? `; then becomes ${then.join(', and ')}` : ''}.`;
  const last = start.steps.filter((step) => step.do === 'run' && step.usual !== false && step.replaces).at(-1);
  const runs = last?.do === 'run' ? `What stays is ${last.argv.join(' ')}, as ${whoText(last.as, facts)}.` : '';
  return [...hang('  ', said, width), ...(runs === '' ? [] : hang('  ', runs, width, (line) => colors.cyan(line)))];
}

/** Looking changes nothing, and is only shown where it is told as JSON. */
function worthTelling(step: Step): boolean {
  return step.do !== 'look';
}

function startLines(start: StartFacts, facts: ImageFacts, look: Look): Shown[] {
  const steps = start.steps.filter(worthTelling);
  const usual = steps.filter(({ usual: does }) => does !== false);
  const others = steps.length - usual.length;
  const who = columnFor(usual.map((step) => whoText(step.as, facts)));
  const lines = usual.flatMap((step) => stepLines(step, facts, who, look));
  if (others > 0) lines.push(look.colors.dim(`  … and ${others} more steps under conditions that do not hold as it is: see --format json`));
  return lines;
}

function stepLines(step: Step, facts: ImageFacts, column: number, { colors, width }: Look): Shown[] {
  const head = say`  ${colors.cyan(pad(whoText(step.as, facts), column))}  `;
  // What the image holds anyway is not said again; what cannot be told is.
  const under = step.usual === undefined && step.when ? ` when ${conditionsText(step.when)}` : '';
  return hang(head, say`${stepText(step)}${colors.yellow(under)}  ${colors.dim(placeText(step.at, facts))}`, width);
}

/** Only what differs matters: what another user is refused would be tried in vain. */
function asUserLines(facts: ImageFacts, look: Look): Shown[] {
  const { startAsUser: start } = facts;
  if (!start) return [];
  const usual = start.steps.filter((step) => worthTelling(step) && step.usual !== false);
  const becomes = usual.find(({ do: does }) => does === 'become');
  const owners = usual.filter(({ do: does }) => does === 'chown');
  const lines: Shown[] = [];
  const dot = '  · ';
  if (becomes)
    lines.push(
      ...hang(
        dot,
        `it still tries to become another user, which only root can: ${stepText(becomes)} (${placeText(becomes.at, facts)})`,
        look.width,
      ),
    );
  if (owners.length > 0)
    lines.push(...hang(dot, `it still tries to give files away: ${owners.map(stepText).slice(0, 4).join('; ')}`, look.width));
  const writes = usual.filter(({ do: does }) => does === 'write');
  const denied = writes.filter((step) => step.do === 'write' && step.path !== undefined && refused(step.path, start, facts));
  if (denied.length > 0) {
    lines.push(
      ...hang(
        dot,
        `it may not write ${[...new Set(denied.map((step) => (step.do === 'write' ? step.path! : '')))].slice(0, 8).join(', ')}, unless something is mounted there`,
        look.width,
      ),
    );
  }
  if (lines.length === 0) lines.push(...hang(dot, 'nothing it does needs root, as far as the scripts say', look.width));
  return lines;
}

function refused(path: string, { uid, gid }: StartFacts, { directories }: ImageFacts): boolean {
  const holder = directories
    .filter((each) => path === each.path || path.startsWith(`${each.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (!holder?.there || holder.mode === undefined) return false;
  const mode = Number.parseInt(holder.mode, 8);
  const shift = holder.uid === uid ? 6 : holder.gid === gid ? 3 : 0;
  return ((mode >> shift) & 2) === 0;
}

const WHY: Readonly<Record<DirectoryFacts['why'][number], string>> = {
  volume: 'volume',
  workdir: 'work directory',
  home: 'home',
  written: 'written to',
  owned: 'given away',
};

function directoryLines(facts: ImageFacts, { colors, width }: Look): Shown[] {
  const { directories, worldWritable } = facts;
  const column = columnFor(directories.map(({ path }) => path));
  const lines = directories.flatMap((each) => {
    const state = each.there
      ? `${whoText(each.uid, facts)}:${each.gid} ${each.mode}${each.files ? `, ${each.files} files` : ', empty'}`
      : 'not there';
    return hang(say`  ${pad(each.path, column)}  `, say`${state}  ${colors.dim(each.why.map((why) => WHY[why]).join(', '))}`, width);
  });
  if (worldWritable.length > 0)
    lines.push(
      ...hang(
        '  ',
        say`${colors.dim('anybody may write to')} ${worldWritable
          .map(({ path }) => path)
          .slice(0, 12)
          .join(', ')}`,
        width,
      ),
    );
  return lines;
}

function privilegeLines(facts: ImageFacts, { colors, width }: Look): Shown[] {
  const { setuid, fileCapabilities } = facts;
  const named = (places: readonly Place[]): Showable =>
    places.length === 0
      ? colors.dim('nothing of the start names it')
      : colors.yellow(
          `the start names it: ${places
            .map((place) => placeText(place, facts))
            .slice(0, 3)
            .join(', ')}`,
        );
  return [
    ...fileCapabilities.flatMap(({ at, permitted, inheritable, effective, named: places }) =>
      hang(
        say`  ${at.path}  `,
        say`${[...permitted, ...inheritable].join(' ')}${effective ? '' : ' (not at once)'}; ${named(places)}`,
        width,
      ),
    ),
    ...setuid
      .filter(({ named: places }) => places.length > 0)
      .flatMap(({ at, uid, named: places }) =>
        hang(say`  ${at.path}  `, say`${uid === undefined ? 'setgid' : 'setuid'}; ${named(places)}`, width),
      ),
    ...unnamed(facts, width),
  ];
}

function unnamed({ setuid }: ImageFacts, width: number): Shown[] {
  const paths = setuid.filter(({ named }) => named.length === 0).map(({ at }) => at.path);
  return paths.length === 0 ? [] : hang('  ', `setuid or setgid, and nothing of the start names them: ${paths.join(', ')}`, width);
}

function programLines({ tools, servers }: ImageFacts, { width }: Look): Shown[] {
  const list = (title: string, names: readonly string[]): Shown[] =>
    names.length === 0 ? [] : hang(`  ${title}  `, names.join(', '), width);
  return [
    ...list(
      'servers and interpreters',
      servers.map(({ name, at }) => `${name} (${at.path})`),
    ),
    ...list(
      'shells and tools',
      tools.map(({ name, realPath }) => (realPath?.endsWith('busybox') ? `${name} (busybox)` : name)),
    ),
  ];
}

function configLines({ config }: ImageFacts, { width }: Look): Shown[] {
  const { entrypoint, command, exposed, volumes, workdir, stopSignal, healthcheck, base } = config;
  const rows: [string, string][] = [
    ['entrypoint', entrypoint.join(' ')],
    ['command', command.join(' ')],
    ['work directory', workdir],
    ['volumes', volumes.join(', ')],
    ['ports', exposed.join(', ')],
    ['stop signal', stopSignal ?? ''],
    ['health check', healthcheck?.join(' ') ?? ''],
    ['built on', base?.name ?? ''],
  ];
  const there = rows.filter(([, value]) => value !== '');
  const column = columnFor(there.map(([name]) => name));
  return there.flatMap(([name, value]) => hang(say`  ${pad(name, column)}  `, value, width));
}

const NOT_UNDERSTOOD: Readonly<Record<NotUnderstood['why'], string>> = {
  dynamic: 'what it calls is not known before it runs',
  missing: 'it is not in the image',
  language: 'a script in another language',
  program: 'a program that may need anything',
  syntax: 'it cannot be parsed',
  option: 'it is not read',
  unread: 'its text was too large to be kept',
  cycle: 'it leads to itself',
  limit: 'there is too much of it',
};

function notUnderstoodLines(notes: readonly NotUnderstood[], facts: ImageFacts, { colors, width }: Look): Shown[] {
  const usual = notes.filter(({ usual: does }) => does !== false);
  const lines = usual.flatMap((note) =>
    hang(
      colors.yellow('  ? '),
      say`${note.text}: ${NOT_UNDERSTOOD[note.why]}${note.as === 0 ? ', as root' : ''}  ${colors.dim(placeText(note.at, facts))}`,
      width,
    ),
  );
  if (notes.length > usual.length)
    lines.push(colors.dim(`  … and ${notes.length - usual.length} more under conditions that do not hold as it is`));
  return lines;
}
