import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { setEntry, setKey } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Confidence, Evidence, Proposal } from '../../src/harden/types';
import type { Data } from '../../src/yaml/types';
import { bounded, type Logging, loggingOf, minds, pattern } from './drivers';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'everywhere',
    type: 'boolean',
    summary: 'whether services that say nothing of their logs get a rotation in files where no other service has one',
    default: false,
    strict: true,
    named: true,
  },
  {
    name: 'driver',
    type: 'string',
    summary: 'the driver of services that say nothing of their logs',
    choices: ['json-file', 'local'],
    default: 'json-file',
  },
  { name: 'max-size', type: 'string', summary: 'how large a log file may become: a number with k, m or g', default: '10m' },
  { name: 'max-file', type: 'number', summary: 'how many log files are kept', default: 3 },
];

const transform: Transform = {
  id: 'logging',
  title: 'Keep logs, within bounds',
  summary: 'Adds rotation to logs that may grow without end, where the driver knows it, and reports services that keep no log.',
  severity: 'low',
  controls: ['OWASP D07', 'OWASP D10'],
  preset: 'recommended',
  options: OPTIONS,
  *find(context) {
    const { services } = context.project;
    const minded = services.flatMap((service) => loggingOf(service) ?? []).filter(minds);
    const model = minded.find(({ options }) => bounded(options)) ?? minded[0];
    const shipped = shipsLogs(context.project);
    yield* eachService(context, (service) => {
      const logging = loggingOf(service);
      return logging ? configured(service, logging, context) : missing(service, model, shipped, context);
    });
  },
};

export default transform;

const GROWS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/logging/drivers/json-file/',
  detail: 'json-file keeps everything a container ever wrote: max-size is unlimited unless it is set',
};

const NONE: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/logging/configure/',
  detail: 'with the driver none nothing is kept, and `docker logs` shows nothing',
};

const OPTIONS_OF_DRIVER: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/engine/logging/configure/#configure-the-default-logging-driver',
  detail:
    "an option that the driver does not know stops the container from being created: unknown log opt 'max-size' for journald log driver",
};

const ROTATED = 'older lines are gone once the files are full';

/** The text of the settings, with what json-file must be told. */
function rotation({ setting }: TransformContext, service: ComposeService): { [name: string]: Data } {
  return { 'max-size': setting<string>('max-size', service), 'max-file': String(setting<number>('max-file', service)) };
}

function configured(service: ComposeService, logging: Logging, context: TransformContext): Proposal | undefined {
  const path = service.at('logging');
  const common = about(transform, service, path);
  if (!logging.known) return undefined;
  if (logging.driver === 'none') {
    return {
      ...common,
      path: [...path, 'driver'],
      message: `"${service.name}" keeps no log`,
      plan: `keep the log of "${service.name}" with the driver local, which bounds it`,
      breaks: 'nothing stops; a service that writes much was perhaps silenced on purpose',
      confidence: 'guess',
      evidence: [NONE],
      ops: setEntry(service, ['logging', 'driver'], 'local'),
    };
  }
  if (logging.driver !== 'json-file' || bounded(logging.options)) return undefined;
  const { 'max-size': size, 'max-file': files } = rotation(context, service);
  const unlimited = logging.options['max-size'] !== undefined;
  return {
    ...common,
    message: `the log of "${service.name}" may fill the disk`,
    plan: `rotate the log of "${service.name}" at ${size}`,
    breaks: ROTATED,
    confidence: unlimited ? 'guess' : 'generic',
    evidence: [GROWS],
    ops: [
      ...setEntry(service, ['logging', 'options', 'max-size'], size!),
      ...(logging.options['max-file'] === undefined ? setEntry(service, ['logging', 'options', 'max-file'], files!, ['max-size']) : []),
    ],
  };
}

function missing(
  service: ComposeService,
  model: Logging | undefined,
  shipped: string | undefined,
  context: TransformContext,
): Proposal | undefined {
  if (!model && !context.setting<boolean>('everywhere', service)) return undefined;
  const driver = context.setting<string>('driver', service);
  const value: { [key: string]: Data } =
    model && bounded(model.options) ? pattern(model) : { driver, ...(driver === 'local' ? {} : { options: rotation(context, service) }) };
  const path = service.at('logging');
  const names = model ? 'as other services of the file do' : `with ${driver}`;
  // Options without a driver run beside it already: the daemon's own driver knows them.
  const confidence: Confidence = shipped && value.driver !== undefined ? 'guess' : 'generic';
  return {
    ...about(transform, service, path),
    message: `the log of "${service.name}" is left to the daemon, which by default lets it grow without end`,
    plan: `rotate the log of "${service.name}" ${names}`,
    breaks: `${ROTATED}; ${shipped ?? 'where the daemon logs to journald or elsewhere by default, the log is no longer there'}`,
    confidence,
    evidence: [GROWS, OPTIONS_OF_DRIVER],
    ops: setKey(service, 'logging', value),
  };
}

/** What of the project reads logs where the daemon puts them, if something does: that shows where they have to be. */
function shipsLogs({ services }: ComposeProject): string | undefined {
  for (const service of services) {
    for (const { source = '' } of service.mounts) {
      if (/^\/(var|run)\/log\/journal\b|^\/var\/log\/?$/.test(source))
        return `"${service.name}" reads the journal of the host, where the daemon may log to`;
    }
  }
  return undefined;
}
