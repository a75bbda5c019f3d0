/** What a line of a log points at: the transform that may be to blame, and what of it would have to give. */
export interface Symptom {
  transforms: readonly string[];
  /** Capabilities that usually help. */
  capabilities?: readonly string[];
  /** A path that has to be writable. */
  path?: string;
  /** The tmpfs has to allow programs. */
  exec?: boolean;
}

interface Row {
  pattern: RegExp;
  symptom(match: RegExpExecArray): Symptom;
}

/** What of a line is looked at. Several patterns take time of its length squared, and whoever wrote the image writes the log. */
const MAX_LINE = 2000;

const caps = (...capabilities: string[]): Symptom => ({ transforms: ['cap-drop', 'user'], capabilities });

/**
 * Messages of programs that are refused something, from runs of the usual servers with each setting left out. The first row that matches a
 * line counts.
 */
const ROWS: readonly Row[] = [
  {
    pattern: /(\/[^\s:'"]+)['"]?\)?:? .*Read-only file system|Read-only file system:? ['"]?(\/[^\s:'"]+)|EROFS.*?['"](\/[^'"]+)/i,
    symptom: ([, before, after, node]) => ({ transforms: ['read-only'], path: before ?? after ?? node }),
  },
  { pattern: /read-only file ?system|EROFS/i, symptom: () => ({ transforms: ['read-only'] }) },
  {
    pattern:
      /(?:(\/[^\s:]+): )?failed to map segment from shared object|(\/[^\s:]+\.so[\d.]*): .*(?:Operation not permitted|cannot open shared object)/i,
    symptom: ([, mapped, loaded]) => ({ transforms: ['read-only'], exec: true, path: mapped ?? loaded }),
  },
  { pattern: /No space left on device/i, symptom: () => ({ transforms: ['read-only'] }) },
  {
    pattern:
      /set(?:groups|gid|uid|resuid|resgid|egid|euid)\b.*(?:not permitted|failed|EPERM)|not permitted.*\bset(?:gid|uid|groups)\b|failed switching to|cannot set (?:groups|user|gid|uid)|initgroups|failed to assume identity|can't drop privileges|setpriv:/i,
    symptom: () => caps('SETGID', 'SETUID'),
  },
  { pattern: /chown.*(?:not permitted|EPERM|denied)|changing ownership/i, symptom: () => caps('CHOWN') },
  { pattern: /chroot.*(?:not permitted|failed|cannot)|cannot chroot/i, symptom: () => caps('SYS_CHROOT') },
  { pattern: /(?:kill|signal|SIGTERM).*(?:not permitted|EPERM)/i, symptom: () => caps('KILL') },
  { pattern: /chmod.*(?:not permitted|EPERM)|changing permissions|utime.*not permitted/i, symptom: () => caps('FOWNER') },
  { pattern: /bind.*(?:permission denied|EACCES)|EACCES.*:(?:\d{1,3})\b/i, symptom: () => caps('NET_BIND_SERVICE') },
  { pattern: /mknod.*not permitted/i, symptom: () => caps('MKNOD') },
  { pattern: /(?:raw socket|socket\(|ping:).*not permitted/i, symptom: () => caps('NET_RAW') },
  {
    pattern: /sudo: (?:unable to|effective uid|The "no new privileges")|no new privileges|postdrop|setgid.*maildrop/i,
    symptom: () => ({ transforms: ['no-new-privileges'] }),
  },
  {
    pattern: /exec.*operation not permitted|cannot execute.*not permitted/i,
    symptom: () => ({ ...caps('NET_BIND_SERVICE'), transforms: ['cap-drop', 'no-new-privileges'] }),
  },
  {
    pattern: /permission denied|EACCES/i,
    symptom: () => ({ transforms: ['user', 'cap-drop', 'read-only'], capabilities: ['DAC_OVERRIDE', 'DAC_READ_SEARCH'] }),
  },
  { pattern: /operation not permitted|EPERM/i, symptom: () => ({ transforms: ['cap-drop', 'user', 'no-new-privileges'] }) },
];

/** Lines that speak of a refusal and harm nothing: the program says it and goes on doing all it does. */
const HARMLESS = [
  /mbind: Operation not permitted/i,
  // postgres' entrypoint tries it and does not mind.
  /chmod: changing permissions of '\/var\/run\/postgresql'/,
  /setrlimit|RLIMIT_/i,
  /sched_setscheduler|setpriority|oom_score_adj/i,
  /\/proc\/self\/oom_score|\/sys\/kernel\/mm\/transparent_hugepage/i,
];

/** What a line points at; undefined when it speaks of no refusal, or of one that does no harm. */
export function symptomOf(said: string): Symptom | undefined {
  const line = said.slice(0, MAX_LINE);
  if (HARMLESS.some((pattern) => pattern.test(line))) return undefined;
  for (const { pattern, symptom } of ROWS) {
    const match = pattern.exec(line);
    if (match) return symptom(match);
  }
  return undefined;
}

/** The lines of a log that speak of a refusal, each once. */
export function symptomsIn(log: string): string[] {
  return [
    ...new Set(
      log
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && symptomOf(line)),
    ),
  ];
}

/** A line without what differs from start to start: times, pids, addresses. */
export function essenceOf(line: string): string {
  return line
    .slice(0, MAX_LINE)
    .replace(/\d{4}[-/]\d\d[-/]\d\d[T ]?[\d:.,+Z]*|\d\d:\d\d:\d\d[.,\d]*/g, '')
    .replace(/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b,?/g, '')
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|0x[\da-f]+|\b[\da-f]{8,}\b/gi, '#')
    .replace(/\w*\d\w*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Whether two lines complain of the same: they differ in no more than a word or two of many, such as a name or an id. A path is never such a
 * word, nor is what the complaint itself is made of.
 */
export function isSameComplaint(one: string, other: string): boolean {
  const [a, b] = [essenceOf(one), essenceOf(other)];
  if (a === b) return true;
  const [words, others] = [a.split(' '), b.split(' ')];
  if (words.length !== others.length) return false;
  const different = words.flatMap((word, at) => (word === others[at] ? [] : [word, others[at]!]));
  return different.length / 2 <= Math.min(2, words.length / 4) && different.every((word) => !/[/(]/.test(word) && !COMPLAINT.test(word));
}

/** Words that say what was refused or how. */
const COMPLAINT = /denied|permi|read-?only|fail|error|chown|chmod|bind|set[ug]id|setgroups|mk|open|write|exec|kill|socket|E[A-Z]{3,}|\.so/i;
