import { editDistance } from '../../compose/edit-distance';
import type { NotStrict } from '../daemon-json';
import { KNOWN_SETTINGS } from '../data/known-settings';
import type { HostRule } from '../types';
import { manual } from './make';

const WHAT: Readonly<Record<NotStrict, string>> = {
  comment: 'a comment',
  'trailing-comma': 'a comma behind the last value',
  'byte-order-mark': 'a byte order mark',
};

export const format: HostRule = {
  id: 'daemon-json',
  title: 'A configuration that dockerd reads',
  summary: 'Reports what dockerd does not start with: comments, names it does not know, and settings that a flag makes as well.',
  severity: 'high',
  controls: [],
  takes: 'restart',
  *find({ daemon, settings, unit, files }) {
    const { json } = daemon;
    const shared = { breaks: '', confidence: 'known' as const };
    const [strict] = json.notStrict;
    if (strict)
      yield {
        ...shared,
        file: daemon.file,
        subject: strict.what,
        message: `dockerd does not start with ${WHAT[strict.what]}, which is no JSON (line ${strict.at.line})`,
        plan: 'take it out',
        evidence: [manual('engine/daemon/troubleshoot/', 'the daemon does not start with a configuration that is no JSON')],
        refusal: { code: 'needs-decision', message: 'batten edits such a file and keeps what is said in it, but does not throw it away' },
      };
    const known = new Set(KNOWN_SETTINGS);
    for (const name of json.names.filter((each) => !known.has(each))) {
      const near = KNOWN_SETTINGS.find((each) => editDistance(name.toLowerCase(), each) <= 2);
      if (near === undefined) continue;
      yield {
        ...shared,
        path: [name],
        message: `${name} is no setting of dockerd, which does not start with it`,
        plan: `call it ${near}`,
        evidence: [manual('reference/cli/dockerd/#daemon-configuration-file', 'the settings there are')],
        refusal: { code: 'needs-decision', message: 'batten does not know whether it is meant' },
      };
    }
    for (const name of new Set(json.names.filter((each) => json.twice(each))))
      yield {
        ...shared,
        path: [name],
        severity: 'medium',
        message: `${name} stands there twice: the last one counts`,
        plan: 'take the other one out',
        evidence: [manual('reference/cli/dockerd/#daemon-configuration-file', 'a setting has one value')],
        refusal: { code: 'needs-decision', message: 'batten does not know which one is meant' },
      };
    for (const name of settings.conflicts) {
      const where = unit?.place ? `${files.shown(unit.place.file)}:${unit.place.line}` : 'its command line';
      yield {
        ...shared,
        path: [name],
        subject: 'flag',
        message: `dockerd does not start: ${name} is set here and by a flag in ${where}`,
        plan: 'leave one of the two out',
        evidence: [
          manual(
            'engine/daemon/troubleshoot/#configure-the-daemon-host-using-a-configuration-file',
            'a setting made by a flag and by the file stops the daemon',
          ),
        ],
        refusal: { code: 'needs-decision', message: 'batten does not know which one is meant' },
      };
    }
  },
};
