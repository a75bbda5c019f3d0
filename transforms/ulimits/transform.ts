import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { removeEntry, setEntry } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Draft, Evidence, Proposal } from '../../src/harden/types';
import { isWindows } from '../../src/images/tells';
import type { Data } from '../../src/yaml/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'core',
    type: 'boolean',
    summary: 'whether core dumps are switched off where nothing is said of them',
    default: false,
    strict: true,
    named: true,
  },
  {
    name: 'nofile',
    type: 'number',
    summary: 'how many files a process may have open, where nothing is said of it; 0 = leave it',
    default: 0,
  },
];

const transform: Transform = {
  id: 'ulimits',
  title: 'Limits of a process',
  summary: 'Takes away an `nproc` that counts the processes of other containers too; switches core dumps off; sets `nofile` where asked.',
  severity: 'low',
  controls: ['CIS 5.19', 'OWASP RULE#7'],
  preset: 'recommended',
  options: OPTIONS,
  find: (context) =>
    eachService(context, (service) =>
      isWindows(service) ? undefined : [nproc, core, nofile].flatMap((ask) => ask(service, context) ?? []),
    ),
};

export default transform;

/** Fewer processes than this are soon taken by the same user elsewhere. */
const FEW = 4096;

const PER_USER: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/docker/for-linux/issues/654',
  detail:
    'the kernel counts nproc per uid over the whole host: with the same uid in two containers, exec fails with "resource temporarily unavailable"; root is not limited',
};

const CORE: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.kernel.org/admin-guide/sysctl/kernel.html#core-pattern',
  detail: 'a core dump is the memory of the process, with its secrets, and is written where the host says',
};

const NOFILE: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/compose-file/services/#ulimits',
  detail: 'the value is set for this transform',
};

function nproc(service: ComposeService): Proposal | undefined {
  const most = hard(service, limitsOf(service).nproc);
  if (most === undefined || most <= 0 || most >= FEW) return undefined;
  return {
    ...about(transform, service, [...service.at('ulimits'), 'nproc']),
    message: `"${service.name}" limits its processes with nproc, which counts those of other containers of the same user too`,
    plan: `remove nproc from "${service.name}"; pids_limit is for this container alone`,
    breaks: 'nothing, unless the limit was meant for all containers of that user together',
    // Somebody wrote it.
    confidence: 'guess',
    evidence: [PER_USER],
    ...removeEntry(service, ['ulimits', 'nproc']),
  };
}

function core(service: ComposeService, { setting }: TransformContext): Proposal | undefined {
  if (limitsOf(service).core !== undefined || !setting<boolean>('core', service)) return undefined;
  return {
    ...about(transform, service, [...service.at('ulimits'), 'core']),
    message: `"${service.name}" may leave core dumps, which hold its memory`,
    plan: `switch core dumps of "${service.name}" off`,
    breaks: 'looking into crashes by their core dumps',
    confidence: 'generic',
    evidence: [CORE],
    ops: setEntry(service, ['ulimits', 'core'], 0),
  };
}

function nofile(service: ComposeService, { setting }: TransformContext): Proposal | undefined {
  const wanted = setting<number>('nofile', service);
  if (!wanted || limitsOf(service).nofile !== undefined) return undefined;
  const draft: Draft = {
    ...about(transform, service, [...service.at('ulimits'), 'nofile']),
    message: `"${service.name}" may have as many files open as the daemon allows`,
    plan: `limit "${service.name}" to ${wanted} open files a process`,
    breaks: 'a server with more connections than that; a daemon that is not allowed as many does not create the container',
    confidence: 'generic',
    evidence: [NOFILE],
  };
  // With less than about twenty the container cannot even be started.
  if (wanted < 64)
    return {
      ...draft,
      refusal: { code: 'needs-decision', message: 'the setting cannot be used: a container needs 64 open files or more' },
    };
  return { ...draft, ops: setEntry(service, ['ulimits', 'nofile'], wanted) };
}

/** The limits of a service; Compose merges them with those of a service it extends. */
function limitsOf(service: ComposeService): { [name: string]: Data } {
  const out: { [name: string]: Data } = {};
  for (let each: ComposeService | undefined = service; each; each = each.extended) {
    const data = each.data('ulimits');
    if (isMap(data)) for (const [name, value] of Object.entries(data)) out[name] ??= value;
  }
  return out;
}

/** The hard limit: one number is both. Undefined when a variable decides. */
function hard(service: ComposeService, limit: Data | undefined): number | undefined {
  const value = isMap(limit) ? limit.hard : limit;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const { text, known } = service.evaluate(String(value));
  return known && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
