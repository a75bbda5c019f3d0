import type { Preset } from '../harden/transform';
import type { Confidence } from '../harden/types';
import type { ColorMode } from '../report/colors';

export type CommandName =
  | 'fix'
  | 'patch'
  | 'check'
  | 'explain'
  | 'lock'
  | 'list'
  | 'prove'
  | 'learn'
  | 'graph'
  | 'host'
  | 'bench'
  | 'diff'
  | 'undo'
  | 'migrate'
  | 'init'
  | 'import'
  | 'lsp'
  | 'export'
  | 'completion';
export type Format = 'pretty' | 'concise' | 'json' | 'sarif' | 'github' | 'markdown' | 'gitlab' | 'junit' | 'html';
export type GraphFormat = 'mermaid' | 'dot' | 'nwdiag' | 'json' | 'svg' | 'html';

/** The options of all commands as they are parsed; a command sees those that its rows of the table give it. */
export interface Options {
  yes?: boolean;
  confidence?: Confidence;
  diff?: boolean;
  dryRun?: boolean;
  output?: string;
  override?: string;
  composeVersion?: string;
  preset?: Preset;
  file?: string[];
  only?: string[];
  skip?: string[];
  service?: string[];
  imageConfig?: string[];
  inspect?: boolean;
  resolve?: boolean;
  locked?: boolean;
  maxDownload?: string;
  format: Format;
  show?: 'before' | 'after' | 'both';
  check?: boolean;
  failOn?: string[];
  config?: string | false;
  printConfig?: boolean;
  baseline?: string;
  updateBaseline?: boolean;
  reportUnusedIgnores?: boolean;
  statistics?: boolean;
  strictInput?: boolean;
  exitZero?: boolean;
  exitCode?: boolean;
  exitNonZeroOnFix?: boolean;
  ignore: boolean;
  list?: boolean;
  force?: boolean;
  backup?: boolean;
  color: ColorMode;
  quiet?: boolean;
  verbose?: boolean;
  debug?: boolean;
  input: boolean;
  resume?: boolean;
  probe?: string[];
  profile?: string[];
  volumes?: 'fresh' | 'copy';
  binds?: 'copy' | 'ro' | 'as-is';
  allowPrivileged?: boolean;
  timeout?: string;
  jobs?: string;
  shard?: string;
  keep?: boolean;
  cleanup?: boolean;
  prove?: boolean;
  apply?: boolean;
  undo?: boolean;
  all?: boolean;
  image?: string;
  templates: boolean;
  trace: boolean;
  seccomp?: string;
  apparmor?: string;
  stdio?: boolean;
  clientProcessId?: string;
  fromEngine?: string[];
  envFile?: string;
  root?: string;
  daemonConfig?: string;
  stacks?: string[];
  rootlessUser?: string;
  fix?: boolean;
  before?: string;
  after?: string;
  strict?: boolean;
}

/** One option: how it is written, what it does, and which commands have it. */
export interface OptionRow {
  flags: string;
  description: string;
  commands: readonly CommandName[];
  choices?: readonly string[];
  default?: string | boolean;
  /** Comma separated names; may be given several times. */
  names?: boolean;
  /** May be given several times, one value each. */
  repeated?: boolean;
  hidden?: boolean;
}

const ALL = [
  'fix',
  'patch',
  'check',
  'prove',
  'learn',
  'graph',
  'host',
  'bench',
  'diff',
  'undo',
  'migrate',
  'explain',
  'lock',
  'list',
  'init',
  'import',
  'lsp',
  'export',
  'completion',
] as const;
const RUNS = ['fix', 'patch', 'check'] as const;
/** Those who select among transforms and services. */
const SELECTS = [...RUNS, 'prove'] as const;
/** Those who plan changes, whatever becomes of the plan. */
const PLANS = [...SELECTS, 'graph'] as const;
/** Those who run the project on an Engine. */
const TRIES = ['prove', 'learn', 'fix'] as const;

/** Every option of the command line, in the order of `--help`. */
export const OPTIONS: readonly OptionRow[] = [
  {
    flags: '-f, --file <file>',
    description: 'a file of one project, merged as Compose merges it; once for each file, instead of paths',
    commands: [...PLANS, 'learn', 'migrate', 'export'],
    repeated: true,
  },
  {
    flags: '--apply',
    description: 'stop the stack, change the owners, write user:, and start it again; without it nothing is changed',
    commands: ['migrate'],
  },
  { flags: '--undo', description: 'take the last migration back: owners and Compose files, to the byte', commands: ['migrate'] },
  {
    flags: '--all',
    description: 'also what is refused because it reaches further: many files, files of others, files with other names elsewhere',
    commands: ['migrate'],
  },
  {
    flags: '--image <image>',
    description: "a local image with a shell, find, stat, xargs and chown, where the services' own have none; nothing is pulled",
    commands: ['migrate'],
  },
  { flags: '-y, --yes', description: 'do not ask; apply everything at or above --confidence', commands: ['fix'] },
  {
    flags: '--confidence <level>',
    description: 'the least confidence that is applied; what is held back is listed (default: generic)',
    commands: [...RUNS, 'graph'],
    choices: ['proven', 'known', 'generic', 'guess'],
  },
  { flags: '--diff', description: 'print the unified diff; alone it writes nothing, with --yes it writes and prints', commands: ['fix'] },
  { flags: '-n, --dry-run', description: 'everything but the write', commands: ['fix'] },
  { flags: '-o, --output <file>', description: 'write the result there instead (one input)', commands: ['fix'] },
  { flags: '-o, --output <file>', description: 'write the report there instead of standard output', commands: ['check'] },
  { flags: '-o, --output <file>', description: 'write the patch there instead of standard output', commands: ['patch'] },
  {
    flags: '--override <file>',
    description: 'leave the input alone and put the changes into an override file; what it cannot do is listed',
    commands: ['fix', 'patch'],
  },
  {
    flags: '--compose-version <version>',
    description: 'the oldest Compose that reads the override file; from 2.24.4 on it can also remove (default: 2.20)',
    commands: ['fix', 'patch'],
  },
  {
    flags: '--preset <name>',
    description: 'which transforms run, and how far they go (default: recommended)',
    commands: PLANS,
    choices: ['recommended', 'strict'],
  },
  { flags: '--only <ids>', description: 'these transforms only, comma separated', commands: PLANS, names: true },
  { flags: '--skip <ids>', description: 'all but these transforms, comma separated', commands: PLANS, names: true },
  {
    flags: '--service <names>',
    description: 'these services only, comma separated',
    commands: [...PLANS, 'learn', 'migrate', 'export'],
    names: true,
  },
  {
    flags: '--confidence <level>',
    description: 'how sure a user has to be for its service to get it (default: generic)',
    commands: ['migrate'],
    choices: ['proven', 'known', 'generic', 'guess'],
  },
  {
    flags: '--confidence <level>',
    description: 'the least confidence that is tried (default: guess; a run settles it)',
    commands: ['prove'],
    choices: ['proven', 'known', 'generic', 'guess'],
  },
  {
    flags: '--prove',
    description: 'first run it on your Docker Engine, as batten prove does, and apply what works',
    commands: ['fix'],
  },
  {
    flags: '--no-templates',
    description: 'as if nothing were known about any image: rules of thumb only',
    commands: ['fix', 'check', 'prove'],
  },
  {
    flags: '--profile <names>',
    description: 'profiles of Compose to switch on, comma separated',
    commands: [...TRIES, 'migrate'],
    names: true,
  },
  {
    flags: '--probe <service=command>',
    description:
      'a command inside the container that has to work; service:write= and service:read= get a word as "$1" that has to last over a restart',
    commands: TRIES,
    repeated: true,
  },
  {
    flags: '--volumes <how>',
    description: 'what named volumes hold in a trial: nothing, or a copy of what yours hold',
    commands: TRIES,
    choices: ['fresh', 'copy'],
    default: 'fresh',
  },
  {
    flags: '--binds <how>',
    description: 'directories of the host in a trial: copied, read-only, or as the file says',
    commands: TRIES,
    choices: ['copy', 'ro', 'as-is'],
    default: 'copy',
  },
  {
    flags: '--allow-privileged',
    description: 'give a trial what reaches the host: privileges, sockets, devices, namespaces, files outside',
    commands: TRIES,
  },
  {
    flags: '--timeout <seconds>',
    description: 'how long a service may take to be ready, before hardening',
    commands: TRIES,
    default: '60',
  },
  { flags: '--jobs <number>', description: 'how many projects are tried at a time', commands: ['prove', 'learn'], default: '1' },
  {
    flags: '--jobs <number>',
    description: 'worker threads for many files (default: one per core); with --prove, projects tried at a time (default: 1)',
    commands: ['fix'],
  },
  { flags: '--jobs <number>', description: 'worker threads for many files (default: one per core)', commands: ['patch', 'check'] },
  { flags: '--shard <i/n>', description: 'only the i-th of n parts of the projects, for jobs that share the work: 2/5', commands: RUNS },
  { flags: '--keep', description: 'leave the last trial running, to look at it', commands: ['prove', 'fix'] },
  {
    flags: '--seccomp <dir>',
    description: 'write a seccomp profile of each service there: what it was seen to call, once a run with it works (as root, on Linux)',
    commands: ['learn'],
  },
  {
    flags: '--apparmor <dir>',
    description: 'write an AppArmor profile of each service there: what it was seen to do; its syntax is checked, it is not enforced',
    commands: ['learn'],
  },
  {
    flags: '--no-trace',
    description: 'do not ask the kernel what containers do, which root may where tracefs is mounted',
    commands: TRIES,
  },
  { flags: '--cleanup', description: 'remove what a trial that was killed left behind, and do nothing else', commands: ['prove'] },
  {
    flags: '--image-config <paths>',
    description:
      'what images are: output of "docker image inspect", a directory of such files, or images to look into: an archive of "docker save", an OCI layout; comma separated',
    commands: [...PLANS, 'lock'],
    names: true,
  },
  {
    flags: '--image-config <paths>',
    description:
      'what images are: as for fix; of an image that is named, look into an archive of "docker save" or a layout, plain or compressed',
    commands: ['explain'],
    names: true,
  },
  {
    flags: '--resolve',
    description: 'look into the images in use, as their registries have them; remember their digests in batten.lock.json, and pin them',
    commands: ['fix'],
  },
  {
    flags: '--resolve',
    description: 'look into the images in use, as their registries have them',
    commands: ['patch', 'check', 'lock'],
  },
  {
    flags: '--resolve',
    description: 'look into the image itself, as its registry has it',
    commands: ['explain'],
  },
  {
    flags: '--max-download <size>',
    description: 'fetch layers only when they are no more than that together; else only the configuration (default: 2g)',
    commands: [...RUNS, 'explain', 'lock'],
  },
  {
    flags: '--inspect',
    description: 'look into the images in use, as the local Engine has them; nothing is pulled or started',
    commands: [...RUNS, 'lock', 'migrate'],
  },
  {
    flags: '--inspect',
    description: 'ask the local Engine what images are; of an image that is named, look into its files. Nothing is pulled or started',
    commands: ['explain'],
  },
  {
    flags: '--format <format>',
    description:
      'the report; json is versioned (schemas/report.schema.json), github writes workflow commands, gitlab is Code Quality, html is one page for a folder of stacks',
    commands: RUNS,
    choices: ['pretty', 'concise', 'json', 'sarif', 'github', 'markdown', 'gitlab', 'junit', 'html'],
    default: 'pretty',
  },
  {
    flags: '--format <format>',
    description: 'the report; json is versioned (schemas/prove.schema.json)',
    commands: ['prove'],
    choices: ['pretty', 'json', 'markdown', 'html'],
    default: 'pretty',
  },
  {
    flags: '--format <format>',
    description: 'what was learnt; json is versioned (schemas/learn.schema.json)',
    commands: ['learn'],
    choices: ['pretty', 'json', 'markdown'],
    default: 'pretty',
  },
  {
    flags: '--format <format>',
    description: 'what would be done; json is versioned (schemas/migrate.schema.json)',
    commands: ['migrate'],
    choices: ['pretty', 'json'],
    default: 'pretty',
  },
  { flags: '-o, --output <file>', description: 'write the report there instead of standard output', commands: ['prove', 'learn'] },
  {
    flags: '--format <format>',
    description: 'what to draw in; html has everything on one page, json has a schema (schemas/graph.schema.json) (default: mermaid)',
    commands: ['graph'],
    choices: ['mermaid', 'dot', 'nwdiag', 'json', 'svg', 'html'],
  },
  {
    flags: '--show <which>',
    description: 'the networks as they are, as fix would leave them, or both (default: both in svg, html and json; else before)',
    commands: ['graph'],
    choices: ['before', 'after', 'both'],
  },
  { flags: '-o, --output <file>', description: 'write the drawing there instead of standard output', commands: ['graph'] },
  { flags: '--check', description: 'exit 1 when a data store is reachable from outside or can call out', commands: ['graph'] },
  {
    flags: '-f, --file <file>',
    description: 'a file of one project, in each revision; once for each file, instead of paths',
    commands: ['diff'],
    repeated: true,
  },
  {
    flags: '--fail-on <what>',
    description:
      'exit 1 when something is given or changed: any, of a severity or worse (critical, high, medium, low), or of a kind (port, mount, capability, …), comma separated',
    commands: ['diff'],
    names: true,
  },
  {
    flags: '--format <format>',
    description: 'the report; json is versioned (schemas/diff.schema.json), github writes workflow commands, gitlab is Code Quality',
    commands: ['diff'],
    choices: ['pretty', 'json', 'markdown', 'github', 'gitlab', 'junit'],
    default: 'pretty',
  },
  { flags: '-o, --output <file>', description: 'write the report there instead of standard output', commands: ['diff'] },
  {
    flags: '--format <format>',
    description: 'what an image says of itself; json is versioned (schemas/image.schema.json)',
    commands: ['explain'],
    choices: ['pretty', 'json'],
    default: 'pretty',
  },
  {
    flags: '--format <format>',
    description: 'a table, or json',
    commands: ['list'],
    choices: ['pretty', 'json'],
    default: 'pretty',
  },
  {
    flags: '-c, --config <file>',
    description: 'the configuration, instead of the nearest .batten.yaml or "batten" in package.json upwards from the Compose file',
    commands: [...PLANS, 'migrate'],
  },
  { flags: '--no-config', description: 'read no configuration', commands: [...PLANS, 'migrate'] },
  { flags: '--print-config', description: 'print the configuration that counts, as JSON, and do nothing else', commands: RUNS },
  { flags: '--no-ignore', description: 'disregard ignore comments and the ignores of the configuration', commands: PLANS },
  { flags: '--baseline <file>', description: 'a file of findings that are known and left alone', commands: RUNS },
  {
    flags: '--locked',
    description: 'only say which images are not in batten.lock.json, or, with --inspect, --resolve or --image-config, are others now',
    commands: ['check'],
  },
  { flags: '--update-baseline', description: 'write what is found now as what is known', commands: ['check'] },
  { flags: '--report-unused-ignores', description: 'exit 1 also for ignores that silence nothing', commands: ['check'] },
  { flags: '--statistics', description: 'how many findings each transform has, instead of the findings', commands: ['check'] },
  { flags: '--force', description: 'replace a configuration that is there', commands: ['init'] },
  {
    flags: '--from-engine <names...>',
    description: 'containers of your Docker Engine, by name or id; they are looked at, and nothing is changed',
    commands: ['import'],
  },
  { flags: '-o, --output <file>', description: 'write the Compose file there, and its secrets to .env beside it', commands: ['import'] },
  {
    flags: '--env-file <file>',
    description: 'where the secrets go (default: .env beside the file of -o; else they are left out)',
    commands: ['import'],
  },
  {
    flags: '-o, --output <path>',
    description: 'write it there: run to a file, the others to a directory, or kubernetes to a file whose name ends in .yaml',
    commands: ['export'],
  },
  { flags: '--strict', description: 'exit 2, and write nothing, when something cannot be said there', commands: ['export'] },
  { flags: '--force', description: 'replace files that are there', commands: ['import', 'export'] },
  {
    flags: '--list',
    description: 'show the runs that can be taken back, the last first, with how many files each wrote',
    commands: ['undo'],
  },
  {
    flags: '-f, --file <file>',
    description: 'take back only what was done to the project of this file',
    commands: ['undo'],
    repeated: true,
  },
  { flags: '--backup', description: 'keep the old text as FILE.bak', commands: ['fix'] },
  { flags: '--exit-non-zero-on-fix', description: 'exit 1 when something was changed (for hooks)', commands: ['fix'] },
  { flags: '--exit-code', description: 'exit 1 when the patch is not empty', commands: ['patch'] },
  {
    flags: '--strict-input',
    description: 'exit 2 when something was not looked at: a file that was not read, a service without an image, a misspelt key',
    commands: ['check'],
  },
  { flags: '--exit-zero', description: 'exit 0 whatever is found (for reports)', commands: ['check'] },
  { flags: '--resume', description: 'go on with the answers of a run that was interrupted', commands: ['fix'] },
  { flags: '--no-input', description: 'never ask', commands: ['fix'] },
  { flags: '--root <dir>', description: 'a host that is mounted or copied there: only its files are read', commands: ['host', 'bench'] },
  {
    flags: '--daemon-config <file>',
    description: "the daemon's configuration (default: what dockerd is told with --config-file, else /etc/docker/daemon.json)",
    commands: ['host', 'bench'],
  },
  {
    flags: '--stacks <paths>',
    description:
      'say what userns-remap, rootless, icc and no-new-privileges do to these Compose files, or those below these directories; comma separated',
    commands: ['host'],
    names: true,
  },
  {
    flags: '--rootless-user <name>',
    description: 'who would run a rootless Engine (default: who called sudo, else who runs batten)',
    commands: ['host'],
  },
  { flags: '--fix', description: "change the daemon's configuration; on a terminal it asks. Nothing is restarted", commands: ['host'] },
  { flags: '-y, --yes', description: 'do not ask; apply everything at or above --confidence', commands: ['host'] },
  {
    flags: '--confidence <level>',
    description: 'the least confidence that is applied; what is held back is listed (default: generic)',
    commands: ['host', 'bench'],
    choices: ['proven', 'known', 'generic', 'guess'],
  },
  { flags: '--diff', description: 'print the unified diff; alone it writes nothing, with --yes it writes and prints', commands: ['host'] },
  { flags: '-n, --dry-run', description: 'everything but the write', commands: ['host'] },
  { flags: '--only <checks>', description: 'these checks only, comma separated', commands: ['host'], names: true },
  { flags: '--skip <checks>', description: 'all but these checks, comma separated', commands: ['host'], names: true },
  {
    flags: '--format <format>',
    description: 'the report; json is versioned (schemas/host.schema.json)',
    commands: ['host'],
    choices: ['pretty', 'concise', 'json', 'sarif', 'github', 'markdown'],
    default: 'pretty',
  },
  { flags: '--exit-non-zero-on-fix', description: 'exit 1 when something was changed (for hooks)', commands: ['host'] },
  { flags: '--exit-zero', description: 'exit 0 whatever is found (for reports)', commands: ['host'] },
  { flags: '--no-input', description: 'never ask', commands: ['host'] },
  {
    flags: '-f, --file <file>',
    description: 'a file of one project, merged as Compose merges it; once for each file, instead of paths',
    commands: ['bench'],
    repeated: true,
  },
  { flags: '--before <file>', description: "docker-bench-security's JSON of the host as it is, instead of looking", commands: ['bench'] },
  {
    flags: '--after <file>',
    description: "docker-bench-security's JSON of the host as it became, instead of foretelling it",
    commands: ['bench'],
  },
  {
    flags: '--format <format>',
    description: 'the table; json is versioned (schemas/bench.schema.json), sarif holds what stays open',
    commands: ['bench'],
    choices: ['pretty', 'json', 'sarif', 'markdown'],
    default: 'pretty',
  },
  { flags: '-o, --output <file>', description: 'write the table there instead of standard output', commands: ['bench'] },
  { flags: '--exit-code', description: 'exit 1 when a recommendation stays open', commands: ['bench'] },
  { flags: '-q, --quiet', description: 'no report for people; errors and machine output stay', commands: ['host'] },
  { flags: '-v, --verbose', description: 'evidence, controls and what passes too', commands: ['host', 'bench'] },
  {
    flags: '--stdio',
    description: 'speak on standard input and output, as it does anyway: for editors that say so',
    commands: ['lsp'],
  },
  {
    flags: '--clientProcessId <pid>',
    description: 'the process of the editor, with which the server ends',
    commands: ['lsp'],
    hidden: true,
  },
  {
    flags: '--color <when>',
    description: 'colour the output; NO_COLOR and FORCE_COLOR count too',
    commands: ALL,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
  {
    flags: '-q, --quiet',
    description: 'no report for people; errors and machine output stay',
    commands: [...PLANS, 'diff', 'undo', 'learn', 'lock', 'import', 'migrate', 'export'],
  },
  { flags: '-v, --verbose', description: 'evidence, controls and ignored findings too', commands: SELECTS },
  { flags: '--debug', description: 'show the stack of an error', commands: ALL },
];
