import { AUDITED } from '../data/audited';
import type { HostFiles } from '../files';
import type { HostRule } from '../types';
import { unitFile } from '../unit';

const RULES_DIRECTORY = '/etc/audit/rules.d';

export const audit: HostRule = {
  id: 'audit',
  title: 'An audit trail of the daemon',
  summary: "Reports what of Docker's files and programs no audit rule watches, with the rules to add.",
  severity: 'low',
  controls: ['CIS 1.1.3', 'CIS 1.1.18'],
  takes: 'reload',
  *find({ files }) {
    const watched = watchedPaths(files);
    const missing = AUDITED.flatMap(({ control, paths, unit }) => {
      const there = unit ? [unitFile(files, unit)].filter((file) => file !== undefined) : paths.filter((path) => files.stat(path));
      return there.slice(0, 1).flatMap((path) => (covers(watched, path) ? [] : [{ control, path }]));
    });
    if (missing.length === 0) return;
    const installed = files.stat('/etc/audit') !== undefined;
    yield {
      file: installed ? `${RULES_DIRECTORY}/docker.rules` : '/etc/audit',
      controls: missing.map(({ control }) => `CIS ${control}`),
      message: installed
        ? `no audit rule watches ${missing.map(({ path }) => path).join(', ')}`
        : 'there is no audit daemon, so that nobody can tell afterwards who changed what the daemon is told',
      plan: installed
        ? `write the rules to ${RULES_DIRECTORY}/docker.rules, then: augenrules --load`
        : 'install auditd, and give it these rules',
      breaks: 'nothing; the log of the audit grows with each start of a container',
      confidence: 'known',
      evidence: [
        {
          kind: 'documentation',
          ref: 'auditctl(8), -w',
          detail: 'a watch records who writes to a path, changes its attributes or runs it',
        },
      ],
      refusal: {
        code: 'needs-decision',
        message: 'what is recorded of people who work here is not for a program to decide',
        snippet: missing.map(({ path }) => `-w ${path} -p ${/\/bin\/|\/sbin\//.test(path) ? 'x' : 'rwxa'} -k docker`).join('\n'),
      },
    };
  },
};

/** Paths that a rule watches: `-w PATH`, or `-F path=` and `-F dir=` of the other form. */
export function watchedPaths(files: HostFiles): string[] {
  const names = (files.names(RULES_DIRECTORY) ?? []).filter((name) => name.endsWith('.rules')).map((name) => `${RULES_DIRECTORY}/${name}`);
  return ['/etc/audit/audit.rules', ...names].flatMap((file) =>
    (files.text(file) ?? '').split(/\r?\n/).flatMap((line) => {
      if (line.trimStart().startsWith('#')) return [];
      return Array.from(line.matchAll(/(?:^|\s)(?:-w\s+|-F\s+(?:path|dir)=)(\S+)/g), ([, path]) => path!.replace(/(?<=.)\/$/, ''));
    }),
  );
}

/** A watch on a directory is one on all below. `/run` and `/var/run` are one place. */
function covers(watched: readonly string[], path: string): boolean {
  const plain = (file: string) => file.replace(/^\/var\/run\//, '/run/').replace(/^\/lib\/systemd\//, '/usr/lib/systemd/');
  return watched.some((each) => plain(path) === plain(each) || plain(path).startsWith(`${plain(each)}/`));
}
