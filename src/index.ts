import path from 'node:path';
import { transforms } from '../transforms';
import { straightIn } from './compose/bounds';
import { OVERRIDE_NAMES } from './compose/discover';
import { DiskFiles } from './compose/file-source';
import { inService } from './compose/in-service';
import { loadProject, type SourceFile } from './compose/load-project';
import type { ComposeProject } from './compose/project';
import { readIfThere, readInput } from './compose/read';
import type { ComposeService } from './compose/service';
import { DISK, Memory, type Storage, UnsavedTexts } from './compose/storage';
import type { UnseenFile } from './compose/unseen';
import { BattenError, InputError, unforeseen } from './errors';
import type {
  Batten,
  FixSession,
  Input,
  OverrideTarget,
  PlanSession,
  ProjectChange,
  RunOptions,
  ServiceSummary,
  TransformInfo,
} from './harden/api';
import type { ChainSetup } from './harden/chain';
import { changesAlone } from './harden/changes';
import { IMAGE_LOCK, MAX_LOCK_BYTES, readLock } from './harden/image-lock';
import type { NetworkChange } from './harden/networks';
import { saysSomething } from './harden/override/target';
import { PlannedFix } from './harden/planned-fix';
import type { PrivilegeComparison } from './harden/privileges';
import { withProfile } from './harden/profiles';
import { fingerprint, MAX_PROOF_BYTES, PROOF_FILE, type ProofRead, readProof } from './harden/proof';
import { fileResults } from './harden/result';
import { concerns, selectTransforms } from './harden/select';
import { runChain, Session } from './harden/session';
import { settingOf } from './harden/settings';
import type { FileResult } from './harden/types';
import { Workspace } from './harden/workspace';
import {
  advise,
  describeService,
  gatherEvidence,
  type ImageConfigs,
  inspectedConfig,
  ProjectFiles,
  parseReference,
  readImageConfigs,
  type ServiceDescription,
} from './images';
import { YamlDocument } from './yaml/document';

export { BattenError, ConfigError, EngineError, InputError, UsageError } from './errors';
export type * from './harden/api';
export { type Config, readConfig } from './harden/config/read';
export { configuredRun } from './harden/config/run';
export { configSchema } from './harden/config/schema';
export type * from './harden/privileges';
export type { Profile } from './harden/profiles';
export type * from './harden/types';
export type { Data, Edit, Op, Path, Refusal, RefusalCode } from './yaml/types';

/** Names that Compose loads without `-f`, and beside which it therefore looks for an override file. */
const DEFAULT_NAME = /^(?:docker-)?compose\.ya?ml$/;

/** Everything the command line can do, a program can do. */
export const batten: Batten = {
  runProject(input: Input, given: RunOptions = {}): FileResult[] {
    return named(input, () => {
      const options = withProfile(given);
      const chained = setup(input, options);
      const results = fileResults(chained, runChain(chained, options.confidence ?? 'generic', options.choose));
      // An override file is no edit of a file that was looked at.
      if (!options.changesAlone || options.override) return results;
      const changes = changesAlone(chained);
      return results.map((result) => ({ ...result, changes: changes.filter(({ file }) => file === result.path) }));
    });
  },

  run(input: Input, options: RunOptions = {}): FileResult {
    return batten.runProject({ ...input, changeIncluded: false }, options)[0]!;
  },

  session(input: Input, options: RunOptions = {}): FixSession {
    return named(input, () => new Session(setup(input, options)));
  },

  plan(input: Input, given: RunOptions = {}): PlanSession {
    return named(input, () => {
      const options = withProfile(given);
      const plan = new PlannedFix(setup(input, options), options.confidence ?? 'generic');
      plan.changes();
      return plan;
    });
  },

  describe(input: Input, service: string, options: RunOptions = {}): ServiceDescription | undefined {
    return named(input, () => {
      const found = read(input).service(service);
      const placed = located(input);
      const evidence = { configs: savedConfigs(placed, options), files: filesOf(placed) };
      return found && describeService(found, gatherEvidence(placed.directory, [found], evidence));
    });
  },

  project(input: Input): ComposeProject {
    return named(input, () => read(input));
  },

  services(input: Input): readonly ServiceSummary[] {
    return named(input, () => read(input).services.map((service) => summaryOf(service)));
  },

  fingerprints(input: Input, texts: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
    return named(input, () => {
      const { sources, project } = load(input);
      const changed = sources.map((source) => ({ ...source, text: texts.get(source.path) ?? source.text }));
      const { services } = Workspace.open(changed).project(project);
      return new Map(services.map((service) => [service.name, fingerprint(service)]));
    });
  },

  networks(input: Input, options: RunOptions = {}): NetworkChange {
    return named(input, () => {
      const { networkChange } = require('./harden/networks') as typeof import('./harden/networks');
      const { before, after } = batten.change(input, options);
      return networkChange({ project: before, ...adviceFor(located(input), options) }, after, options.preset ?? 'recommended');
    });
  },

  change(input: Input, options: RunOptions = {}): ProjectChange {
    return named(input, () => {
      const { sources, project } = load(input);
      const results = new Map(batten.runProject(input, options).map(({ path: file, after }) => [file, after]));
      const changed = sources.map((source) => ({ ...source, text: results.get(source.path) ?? source.text }));
      const { advise: known } = adviceFor(located(input), options);
      return { before: Workspace.open(sources).project(project), after: Workspace.open(changed).project(project), advise: known };
    });
  },

  privileges(before: Input | undefined, after: Input | undefined): PrivilegeComparison {
    const { comparePrivileges } = require('./privileges/compare') as typeof import('./privileges/compare');
    const side = (input: Input | undefined): ComposeProject | undefined => input && named(input, () => read(input));
    const files = (project: ComposeProject | undefined) =>
      (project?.files ?? []).map(({ path: file, absolute, role }) => ({ path: file, absolute, role }));
    const [old, now] = [side(before), side(after)];
    const changes = before || after ? named(after ?? before!, () => comparePrivileges(old, now)) : [];
    return { changes, before: files(old), after: files(now) };
  },

  transforms(): readonly TransformInfo[] {
    return transforms.map(({ find: _, ...info }) => ({ options: [], ...info, readme: `transforms/${info.id}/README.md` }));
  },
};

function setup(given: Input, run: RunOptions): ChainSetup {
  const options = withProfile(run);
  const input = located(given);
  const selected = selectTransforms(transforms, options);
  return {
    transforms: selected,
    ...adviceFor(input, options),
    preset: options.preset ?? 'recommended',
    setting: (transform, name, service) => settingOf(transform, name, service, options),
    sideFiles: options.sideFiles ?? 'write',
    concerns: (transform, proposal) => concerns(transform, proposal, options),
    ...load(input, options.override),
    override: options.override,
    ignores: {
      inline: options.inlineIgnores !== false,
      rules: options.ignores ?? [],
      ids: transforms.map(({ id }) => id),
      ran: selected.map(({ id }) => id),
      everyService: options.services === undefined,
    },
    proof: options.proof === false ? undefined : storedProof(input, options),
    inspected: options.inspected,
    known: options.known,
    applied: options.apply ? 'fixed' : 'would-fix',
  };
}

/** An input and where its files are. */
interface Located extends Input {
  storage: Storage;
}

/** Without a directory the files that were handed over are all there are, and they and the main one are called from the same place. */
function located(input: Input | Located): Located {
  if ('storage' in input) return input;
  const { texts: given, directory } = input;
  if (!given) return { ...input, storage: DISK };
  const texts = given instanceof Map ? (given as ReadonlyMap<string, string>) : new Map(Object.entries(given));
  if (directory !== undefined) return { ...input, storage: new UnsavedTexts(texts) };
  const root = path.resolve('/');
  const storage = new Memory(new Map([...texts].map(([file, text]) => [path.resolve(root, file), text])));
  return { ...input, directory: path.dirname(path.resolve(root, input.path)), storage };
}

/** The files of a project that may be read for evidence: they may lie beside the directory of the Compose file. */
function filesOf({ directory, storage }: Located): ProjectFiles | undefined {
  return directory === undefined ? undefined : new ProjectFiles(directory, storage.root(directory), storage);
}

function summaryOf({ name, image, build, mounts, secrets, configs }: ComposeService): ServiceSummary {
  return { name, image, built: build !== undefined, mounts: mounts.length + secrets.length + configs.length > 0 };
}

/** Advice that knows the project's own Dockerfiles, the configuration it mounts and saved image configurations: read when a service is first asked about, and once. */
function adviceFor(input: Located, options: RunOptions): Pick<ChainSetup, 'advise' | 'notes' | 'files'> {
  const { directory, storage } = input;
  const configs = savedConfigs(input, options);
  const known = { templates: options.templates };
  if (directory === undefined && configs.length === 0 && !options.inspected) {
    return { advise: (service) => advise(service, undefined, { ...known, owned: options.owned?.(service.name) }) };
  }
  const files = directory === undefined ? undefined : new ProjectFiles(directory, directory, storage);
  // What is read for evidence may lie beside the Compose file's directory; what is written may not.
  const evidenceFiles = filesOf(input);
  const notes = new Set<string>();
  const others = new Map<string, ProjectFiles>();
  const filesIn = (folder: string): ProjectFiles => {
    const opened = others.get(folder) ?? new ProjectFiles(folder, storage.root(folder), storage);
    others.set(folder, opened);
    return opened;
  };
  return {
    files,
    advise(service) {
      const image = service.image?.text;
      if (!service.build && image !== undefined && options.inspected?.missing.includes(image)) {
        notes.add(inService(service.name, `the Engine does not have ${image}, so it said nothing about it`));
      }
      if (image !== undefined)
        for (const each of options.inspected?.unread ?? []) if (each.startsWith(`${image}: `)) notes.add(inService(service.name, each));
      // What an included file builds is relative to that file.
      const elsewhere = service.build && service.directory('build');
      const where = elsewhere === undefined ? { directory, files: evidenceFiles } : { directory: elsewhere, files: filesIn(elsewhere) };
      const evidence = gatherEvidence(where.directory, [service], { configs, files: where.files });
      for (const note of evidence.notes) notes.add(note);
      return advise(service, evidence, { ...known, owned: options.owned?.(service.name) });
    },
    notes: () => [...notes],
  };
}

/** A proof beside the Compose file. It is batten's own file: one behind a link is none. */
function storedProof({ directory, storage }: Located, { proofKey }: RunOptions): ProofRead | undefined {
  if (directory === undefined || storage instanceof Memory) return undefined;
  try {
    const text = readIfThere(path.join(directory, PROOF_FILE), PROOF_FILE, straightIn(directory), MAX_PROOF_BYTES);
    return text === undefined ? undefined : readProof(text, proofKey?.());
  } catch (error) {
    if (error instanceof InputError) return { kind: 'unreadable', why: `it ${error.message}` };
    throw error;
  }
}

/** What images are, as far as it was saved: what is named for this run first, then what is locked. */
function savedConfigs(input: Located, { imageConfigs = [], inspected }: RunOptions): ImageConfigs {
  return [...imageConfigs.flatMap((file) => readImageConfigs(file)), ...(inspected?.configs ?? []), ...lockedConfigs(input)];
}

/** @throws InputError `image-lock` when the lock beside the Compose file is none. */
function lockedConfigs({ directory, storage }: Located): ImageConfigs {
  const file = directory === undefined ? undefined : path.join(directory, IMAGE_LOCK);
  if (file === undefined || !storage.has(file)) return [];
  const text = readIfThere(file, IMAGE_LOCK, storage.repository(directory!), MAX_LOCK_BYTES);
  if (text === undefined) return [];
  return [...readLock(text)].flatMap(([name, { digest, facts }]) => {
    if (!facts) return [];
    const { name: full } = parseReference(name);
    return [inspectedConfig(facts, [name, ...(digest === undefined ? [] : [`${full}@${digest}`])])];
  });
}

/** The project as it is. */
function read(input: Input): ComposeProject {
  const { sources, project } = load(input);
  return Workspace.open(sources).project(project);
}

/** All files of the project. */
function load(given: Input, target?: OverrideTarget): Pick<ChainSetup, 'sources' | 'project'> {
  const input = located(given);
  const { directory, text, storage, files: from } = input;
  const absolute = directory === undefined ? undefined : path.resolve(directory, path.basename(input.path));
  const main: SourceFile = { path: input.path, text, role: 'main', absolute, editable: true };
  const overrides =
    input.overrides?.map((file): SourceFile => ({ editable: true, ...file, role: 'override' })) ?? (from ? [] : standardOverride(input));
  const files = target ? withTarget(overrides, target) : overrides;
  const missing: UnseenFile[] = [];
  const usable = files.filter((file) => {
    const problem = file.editable ? undefined : unreadable(file);
    if (problem !== undefined) {
      const message = `${file.path} is merged into this file by Compose, but was not read: ${problem}`;
      missing.push({ code: 'unreadable', message, file: file.path });
    }
    return problem === undefined;
  });
  const { sources, setting } = loadProject({
    main,
    overrides: usable,
    directory,
    changeIncluded: input.changeIncluded ?? true,
    files: from ?? (directory === undefined ? undefined : new DiskFiles(directory, storage.repository(directory))),
  });
  // Nothing is written to the files themselves, so what they say may be overridden wherever it is.
  const all = target ? sources.map((source) => ({ ...source, editable: source.role !== 'extended' })) : sources;
  return { sources: all, project: { ...setting, missing: [...missing, ...(setting.missing ?? [])] } };
}

/** The files that are merged, with the override file that is to be written among them, where it says something: as the last, for it to count. */
function withTarget(files: readonly SourceFile[], target: OverrideTarget): SourceFile[] {
  const { path: shown, absolute, text } = target;
  const at = files.findIndex((file) => file.absolute === absolute && absolute !== undefined);
  const others = files.filter((_, index) => index !== at);
  if (at !== -1 && at < files.length - 1) {
    throw new InputError('not-last', `other files are merged on top of it, so it does not have the last word: ${files.at(-1)!.path}`, {
      file: shown,
      hint: 'name the last file, or one of its own',
    });
  }
  return saysSomething(target) ? [...others, { path: shown, absolute, text: text!, role: 'override', editable: true }] : others;
}

/** The override file Compose would merge into this one, were it not named: it counts, but it is not to be changed. */
function standardOverride({ path: shown, directory, storage }: Located): SourceFile[] {
  if (directory === undefined || !DEFAULT_NAME.test(path.basename(shown))) return [];
  const name = OVERRIDE_NAMES.find((each) => storage.has(path.join(directory, each)));
  if (name === undefined) return [];
  const absolute = path.join(directory, name);
  try {
    return [
      { path: name, text: readInput(absolute, name, storage.repository(directory)).text, role: 'override', absolute, editable: false },
    ];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ path: name, text: '', role: 'override', absolute, editable: false, problem: `it ${error.message}` }];
  }
}

/** One that cannot be read is its own error, not this file's. */
function unreadable(file: SourceFile): string | undefined {
  if (file.problem !== undefined) return file.problem;
  try {
    file.parsed = YamlDocument.open(file.text);
    return file.text === '' ? 'it is empty or not a text' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Errors say which file they are about. One that nobody foresaw is about its file too: the others of the run go on. */
function named<T>(input: Input, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BattenError)) throw unforeseen(error, input.path);
    error.file ??= input.path;
    throw error;
  }
}
