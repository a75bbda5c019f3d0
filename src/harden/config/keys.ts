import { type OptionSpec, PRESETS } from '../transform';
import type { Shape } from './shape';

/** What the keys of a configuration depend on. */
export interface Configurable {
  id: string;
  summary: string;
  options: readonly OptionSpec[];
}

const CONFIDENCES = ['proven', 'known', 'generic', 'guess'] as const;

/** One question to a running service, as `batten prove` asks it. */
const PROBE: Shape = {
  kind: 'map',
  keys: {
    step: {
      kind: 'text',
      choices: ['ready', 'check', 'write', 'read', 'again'],
      summary:
        'When: until it holds (ready), in every life (check, the default), to write and to read back (write, read), and to read after a restart (again, else read)',
    },
    exec: { kind: 'text', summary: 'A shell command inside the container that must answer 0; $BATTEN_WORD is a word to write and to find' },
    user: { kind: 'text', summary: 'Who runs the command' },
    http: { kind: 'text', summary: 'A path that must answer without an error; $BATTEN_WORD is replaced in it' },
    method: { kind: 'text', summary: 'How it is asked; default GET' },
    body: { kind: 'text', summary: 'What is sent with it, as JSON or as a form; $BATTEN_WORD is replaced in it' },
    port: { kind: 'number', summary: 'The port of the container that is asked; default 80' },
    status: { kind: 'number', summary: 'The one status that is right' },
    tcp: { kind: 'number', summary: 'A port of the container that must take connections' },
    sql: { kind: 'text', summary: 'A statement for the SQL client in the image' },
  },
  one: ['exec', 'http', 'tcp', 'sql'],
};

/** The shape of a configuration: a fixed part, and what the transforms say about their options. */
export function configShape(transforms: readonly Configurable[]): Shape {
  const id: Shape = { name: 'transform', kind: 'text', choices: transforms.map((each) => each.id), noun: 'transform' };
  const ids = (summary: string): Shape => ({ kind: 'list', of: id, summary });
  const switches: Shape = {
    name: 'transforms',
    kind: 'map',
    noun: 'transform',
    keys: Object.fromEntries(transforms.map((each) => [each.id, switchOf(each)])),
    summary: 'Transforms by id: on, off, or a map of their options; one that is named runs whatever the preset',
  };
  const rule: Record<string, Shape> = {
    transform: { kind: 'some', of: id, summary: 'The transform whose findings are ignored, or a list of them' },
    reason: { kind: 'text', summary: 'Why: whoever reads the file next will ask' },
    until: { kind: 'date', summary: 'The last day on which it counts, such as 2027-01-31' },
  };
  const ignore = (keys: Record<string, Shape>): Shape => ({
    kind: 'list',
    of: { kind: 'map', keys, required: ['transform', 'reason'] },
    summary: 'Findings to ignore, each with a reason',
  });
  const user: Shape = {
    kind: 'text',
    summary:
      'The user of services whose image has none of its own: uid:gid, ${PUID}:${PGID} as the file has them, or owner for whom the project belongs to',
  };
  const service: Shape = {
    name: 'service',
    kind: 'map',
    keys: {
      skip: ids('Transforms that leave this service alone'),
      ignore: ignore(rule),
      transforms: switches,
      user,
    },
  };
  return {
    kind: 'map',
    keys: {
      $schema: { kind: 'text', summary: 'For editors' },
      preset: { kind: 'text', choices: PRESETS, summary: 'Which transforms run, and how far they go; default recommended' },
      confidence: { kind: 'text', choices: CONFIDENCES, summary: 'The least confidence that is applied; default generic' },
      only: ids('These transforms only'),
      skip: ids('All but these transforms'),
      also: ids('These transforms beside those of the preset'),
      transforms: switches,
      user,
      services: { kind: 'named', of: service, summary: 'What is different for single services, by name' },
      ignore: ignore({
        transform: rule.transform!,
        service: { kind: 'text', summary: 'The service it is about; without it, all' },
        reason: rule.reason!,
        until: rule.until!,
      }),
      exclude: {
        kind: 'list',
        of: { kind: 'text' },
        summary: 'Files and directories that a search passes over, as in .gitignore, counted from this file',
      },
      probes: {
        kind: 'named',
        of: { kind: 'list', of: PROBE },
        summary: 'How batten prove tells that a service works, by its name',
      },
      baseline: { kind: 'text', summary: 'The file of known findings, counted from this file; see --baseline' },
    },
  };
}

function switchOf({ options, summary }: Configurable): Shape {
  return {
    kind: 'switch',
    of: { kind: 'map', keys: Object.fromEntries(options.map((option) => [option.name, optionShape(option)])) },
    summary,
  };
}

function optionShape({ type, summary, choices }: OptionSpec): Shape {
  switch (type) {
    case 'boolean':
    case 'number':
      return { kind: type, summary };
    case 'string':
      return { kind: 'text', choices, summary };
    case 'list':
      return { kind: 'list', of: { kind: 'text', choices }, summary };
    case 'map':
      return { kind: 'named', of: { kind: 'scalar' }, summary };
  }
}
