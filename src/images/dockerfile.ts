import path from 'node:path';
import { cleanContainerPath } from '../compose/container-path';
import type { Evaluated } from '../compose/types';
import type { Data } from '../yaml/types';
import { type Heredoc, type Instruction, parseDockerfile, type Stage, shellText } from './dockerfile-parse';
import { assignments, declare, healthcheckOf, stageIndex } from './dockerfile-values';
import type { Fact, OwnImage } from './own-image';
import { noTells, readRun } from './run-tells';
import type { Evidence } from './types';
import { expand, type Variables } from './variables';

/** How a Dockerfile is built. */
export interface BuildSetting {
  /** The Dockerfile, as evidence calls it. */
  ref: string;
  /** The stage to build; the last one when undefined. */
  target?: string;
  /** `build.args`; undefined for a value that is not known. */
  args: ReadonlyMap<string, string | undefined>;
  /** Names that `additional_contexts` gives to something else than an image. */
  contexts: ReadonlySet<string>;
}

/** One COPY or ADD of files of the build context: container path `target` holds `sources`. */
export interface CopiedFiles {
  /** Relative to the context. Empty for a here-document. */
  sources: readonly string[];
  /** Absolute container path; a directory when `intoDirectory`. */
  target: string;
  intoDirectory: boolean;
  heredocs: readonly Heredoc[];
  /** The Dockerfile, as evidence calls it. */
  ref: string;
}

/** What a Dockerfile says of the image it makes, and which files it puts where. */
export interface DockerfileFacts {
  image: OwnImage;
  /** In order; a later one wins. */
  copies: readonly CopiedFiles[];
}

/** Arguments every builder sets by itself, to values that depend on the machine. */
const PLATFORM_ARGS = [
  'TARGETPLATFORM',
  'TARGETOS',
  'TARGETARCH',
  'TARGETVARIANT',
  'BUILDPLATFORM',
  'BUILDOS',
  'BUILDARCH',
  'BUILDVARIANT',
];

/**
 * What a Dockerfile says about the image of its `target` (else its last stage), through the stages it is built on. Undefined when there is
 * no such stage. Rules: https://docs.docker.com/reference/dockerfile/
 */
export function readDockerfile(text: string, setting: BuildSetting): DockerfileFacts | undefined {
  const { args, stages } = parseDockerfile(text);
  const last = setting.target === undefined ? stages.length - 1 : stageIndex(stages, setting.target, stages.length);
  if (last === undefined || last < 0) return undefined;
  const global: Variables = new Map(PLATFORM_ARGS.map((name) => [name, undefined]));
  for (const arg of args) declare(arg, global, setting.args);
  return new Builder(stages, setting, global).build(last);
}

class Builder {
  private readonly tells = noTells();
  private readonly variables: Variables = new Map();
  private readonly environment = new Map<string, Evaluated>();
  private readonly exposed: Fact<string>[] = [];
  private readonly volumes: Fact<string>[] = [];
  private readonly copies: CopiedFiles[] = [];
  private readonly unknown: string[] = [];
  private workdir = '/';
  private shell: readonly string[] = ['/bin/sh', '-c'];
  private user: Fact<Evaluated> | undefined;
  private entrypoint: Fact<readonly string[]> | undefined;
  private command: Fact<readonly string[]> | undefined;
  private healthcheck: Fact<Data> | undefined;
  private changed: Evidence | undefined;
  private unseenFiles: string | undefined;

  constructor(
    private readonly stages: readonly Stage[],
    private readonly setting: BuildSetting,
    private readonly global: Variables,
  ) {}

  build(last: number): DockerfileFacts {
    const chain: number[] = [];
    let base: { reference: string; line: number } | undefined;
    for (let index: number | undefined = last; index !== undefined; ) {
      chain.unshift(index);
      const { from, line }: Stage = this.stages[index]!;
      const reference = expand(from, this.global).text;
      const below: number | undefined = stageIndex(this.stages, reference, index);
      if (below === undefined) base = { reference, line };
      index = below;
    }
    const copied = this.stagesCopiedFrom(chain);
    for (const index of copied) this.readSetcaps(this.stages[index]!);
    for (const index of chain) this.readStage(this.stages[index]!);
    return { image: this.image(base!), copies: this.copies };
  }

  private image({ reference, line }: { reference: string; line: number }): OwnImage {
    const named = this.setting.contexts.has(reference);
    if (named) this.unknown.push(`${reference} is a context of its own, so the base image is not known`);
    const { accounts, fileCapabilities, rootPrograms, setuid, sudo, givenAway } = this.tells;
    return {
      source: 'dockerfile',
      base: named ? undefined : { value: reference, evidence: this.evidence(line, `FROM ${reference}`) },
      tags: named || reference === 'scratch' ? [] : [reference],
      scratch: reference === 'scratch',
      user: this.user,
      accounts,
      entrypoint: this.entrypoint,
      command: this.command,
      healthcheck: this.healthcheck,
      environment: this.environment,
      exposed: this.exposed,
      volumes: this.volumes,
      workdir: this.workdir,
      fileCapabilities,
      unseenFiles: this.unseenFiles,
      rootPrograms,
      setuid,
      sudo,
      givenAway,
      changed: this.changed,
      scripts: [],
      unknown: this.unknown,
    };
  }

  private evidence(line: number, detail: string): Evidence {
    return { kind: 'dockerfile', ref: `${this.setting.ref}:${line}`, detail: detail.slice(0, 160) };
  }

  /** A file keeps its capabilities when another stage copies it. */
  private stagesCopiedFrom(chain: readonly number[]): Set<number> {
    const copied = new Set<number>();
    const visit = (index: number) => {
      for (const { keyword, flags } of this.stages[index]!.instructions) {
        const from = flags.get('from');
        if ((keyword !== 'COPY' && keyword !== 'ADD') || from === undefined) continue;
        const other = stageIndex(this.stages, expand(from, this.global).text, index);
        if (other === undefined) this.unseenFiles ??= `files of ${from}, which is not looked into`;
        else if (!copied.has(other) && !chain.includes(other)) {
          copied.add(other);
          visit(other);
        }
      }
    };
    for (const index of chain) visit(index);
    return copied;
  }

  private readSetcaps(stage: Stage): void {
    const tells = noTells();
    for (const instruction of stage.instructions) if (instruction.keyword === 'RUN') this.readRun(instruction, tells);
    this.tells.fileCapabilities.push(...tells.fileCapabilities);
  }

  private readRun({ raw, heredocs, line }: Instruction, tells = this.tells): void {
    const at = (where: number, detail: string) => this.evidence(where, detail);
    readRun(expand(heredocs.length > 0 ? raw.split('\n')[0]! : shellText(raw), this.variables).text, line, tells, at);
    for (const { content, line: first } of heredocs) readRun(expand(content, this.variables).text, first, tells, at);
  }

  private readStage(stage: Stage): void {
    let commandSet = false;
    for (const instruction of stage.instructions) {
      const { keyword, text, line, flags } = instruction;
      const evidence = this.evidence(line, `${keyword} ${text}`);
      switch (keyword) {
        case 'ARG':
          declare(instruction, this.variables, this.setting.args, this.global);
          break;
        case 'ENV':
          for (const { name, value = '' } of assignments(text, false)) {
            const { text: expanded, known } = expand(value, this.variables);
            this.variables.set(name, known ? expanded : undefined);
            this.environment.set(name, { text: expanded, raw: value, known, interpolated: !known });
          }
          break;
        case 'WORKDIR':
          this.workdir = this.absolute(expand(text.replace(/^(["'])(.*)\1$/, '$2'), this.variables).text);
          break;
        case 'USER': {
          const { text: user, known } = expand(text, this.variables);
          this.user = { value: { text: known ? user : '', raw: known ? user : text, known, interpolated: !known }, evidence };
          if (!known) this.unknown.push(`${this.setting.ref}:${line}: USER ${text} hangs on a build argument without a value`);
          break;
        }
        case 'SHELL':
          this.shell = instruction.json ?? this.shell;
          break;
        case 'ENTRYPOINT':
          this.entrypoint = { value: this.words(instruction), evidence };
          // It takes the base image's CMD away, but not one of this stage.
          if (!commandSet) this.command = { value: [], evidence };
          break;
        case 'CMD':
          this.command = { value: this.words(instruction), evidence };
          commandSet = true;
          break;
        case 'EXPOSE':
          for (const port of expand(text, this.variables).text.split(/\s+/)) {
            if (/^\d+(\/(tcp|udp))?$/.test(port)) this.exposed.push({ value: port.includes('/') ? port : `${port}/tcp`, evidence });
          }
          break;
        case 'VOLUME':
          for (const each of instruction.json ?? text.split(/\s+/)) {
            const { text: volume, known } = expand(each, this.variables);
            if (known) this.volumes.push({ value: cleanContainerPath(volume), evidence });
          }
          break;
        case 'HEALTHCHECK':
          this.healthcheck = { value: healthcheckOf(text), evidence };
          break;
        case 'COPY':
        case 'ADD':
          this.copy(instruction, flags, evidence);
          break;
        case 'RUN':
          this.changed ??= evidence;
          this.readRun(instruction);
          break;
      }
    }
  }

  private words({ json, text }: Instruction): readonly string[] {
    if (json) return json;
    return text === '' ? [] : [...this.shell, text];
  }

  private copy(instruction: Instruction, flags: ReadonlyMap<string, string>, evidence: Evidence): void {
    const owner = expand(flags.get('chown') ?? '', this.variables).text;
    if (owner !== '' && !/^(root|0)(:|$)/.test(owner)) this.tells.givenAway.push({ value: owner, evidence });
    if (flags.has('from')) return;
    const words = (instruction.json ?? instruction.text.split(/\s+/)).map((word) => expand(word, this.variables).text);
    const sources = words.slice(0, -1);
    const target = words.at(-1) ?? '';
    const files = sources.filter((source) => !source.startsWith('<<') && !/^(https?|git):|^git@/.test(source));
    const intoDirectory = target.endsWith('/') || target === '.' || target === '..' || sources.length > 1;
    this.copies.push({
      sources: files,
      target: this.absolute(target),
      intoDirectory,
      heredocs: instruction.heredocs,
      ref: this.setting.ref,
    });
  }

  private absolute(container: string): string {
    return cleanContainerPath(path.posix.isAbsolute(container) ? container : `${this.workdir}/${container}`);
  }
}
