import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { transforms } from '../transforms';
import { OVERRIDE_NAMES } from './compose/discover';
import { ComposeProject, type OverrideKeys, overrideKeys } from './compose/project';
import { BattenError } from './errors';
import type { Batten, FixSession, Input, RunOptions, TransformInfo } from './harden/api';
import type { ChainSetup } from './harden/chain';
import { fileResult } from './harden/result';
import { concerns, selectTransforms } from './harden/select';
import { runChain, Session } from './harden/session';
import { settingOf } from './harden/settings';
import type { FileResult } from './harden/types';
import {
  advise,
  describeService,
  gatherEvidence,
  type ImageConfigs,
  ProjectFiles,
  readImageConfigs,
  type ServiceDescription,
} from './images';
import { YamlDocument } from './yaml/document';

export { BattenError, ConfigError, EngineError, InputError, UsageError } from './errors';
export type * from './harden/api';
export { type Config, readConfig } from './harden/config/read';
export { configuredRun } from './harden/config/run';
export { configSchema } from './harden/config/schema';
export type * from './harden/types';
export type { Data, Edit, Op, Path, Refusal, RefusalCode } from './yaml/types';

/** Names that Compose loads without `-f`, and beside which it therefore looks for an override file. */
const DEFAULT_NAME = /^(?:docker-)?compose\.ya?ml$/;

/** Everything the command line can do, a program can do. */
export const batten: Batten = {
  run(input: Input, options: RunOptions = {}): FileResult {
    return named(input, () => fileResult(input, runChain(input.text, setup(input, options), options.confidence ?? 'generic')));
  },

  session(input: Input, options: RunOptions = {}): FixSession {
    return named(input, () => new Session(input, setup(input, options)));
  },

  describe(input: Input, service: string, options: RunOptions = {}): ServiceDescription | undefined {
    return named(input, () => {
      const found = ComposeProject.read(YamlDocument.open(input.text)).service(service);
      const configs = savedConfigs(options);
      return found && describeService(found, gatherEvidence(input.directory, [found], { configs }));
    });
  },

  transforms(): readonly TransformInfo[] {
    return transforms.map(({ find: _, ...info }) => ({ options: [], ...info, readme: `transforms/${info.id}/README.md` }));
  },
};

function setup(input: Input, options: RunOptions): ChainSetup {
  const selected = selectTransforms(transforms, options);
  return {
    transforms: selected,
    ...adviceFor(input, options),
    preset: options.preset ?? 'recommended',
    setting: (transform, name, service) => settingOf(transform, name, service, options),
    sideFiles: options.sideFiles ?? 'write',
    concerns: (transform, proposal) => concerns(transform, proposal, options),
    overrides: overridesOf(input),
    ignores: {
      inline: options.inlineIgnores !== false,
      rules: options.ignores ?? [],
      ids: transforms.map(({ id }) => id),
      ran: selected.map(({ id }) => id),
      everyService: options.services === undefined,
    },
    applied: options.apply ? 'fixed' : 'would-fix',
  };
}

/** Advice that knows the project's own Dockerfiles and saved image configurations: read when a service is first asked about, and once. */
function adviceFor({ directory }: Input, options: RunOptions): Pick<ChainSetup, 'advise' | 'notes' | 'files'> {
  const configs = savedConfigs(options);
  if (directory === undefined && configs.length === 0) return { advise };
  const files = directory === undefined ? undefined : new ProjectFiles(directory);
  const notes = new Set<string>();
  return {
    files,
    advise(service) {
      if (!service.build && configs.length === 0) return advise(service);
      const evidence = gatherEvidence(directory, [service], { configs, files });
      for (const note of evidence.notes) notes.add(note);
      return advise(service, evidence);
    },
    notes: () => [...notes],
  };
}

function savedConfigs({ imageConfigs = [] }: RunOptions): ImageConfigs {
  return imageConfigs.flatMap((file) => readImageConfigs(file));
}

/** The override files Compose would merge into this one. One that cannot be read is its own error, not this file's. */
function overridesOf({ path: shown, directory }: Input): OverrideKeys[] {
  if (directory === undefined || !DEFAULT_NAME.test(path.basename(shown))) return [];
  return OVERRIDE_NAMES.flatMap((name) => {
    const file = path.join(directory, name);
    if (!existsSync(file)) return [];
    try {
      return [overrideKeys(YamlDocument.open(readFileSync(file, 'utf8')), name)];
    } catch {
      return [{ file: name, services: new Map() }];
    }
  });
}

/** Errors say which file they are about. */
function named<T>(input: Input, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BattenError) error.file ??= input.path;
    throw error;
  }
}
