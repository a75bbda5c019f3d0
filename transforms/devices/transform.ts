import type { ComposeService } from '../../src/compose/service';
import type { Item } from '../../src/compose/types';
import { about, eachContainer, eachItem, lastFirst, placeOfItem } from '../../src/harden/each';
import { removeFromList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Refusal } from '../../src/yaml/types';
import { type Danger, dangerOfDevice, dangerOfRule } from './dangers';

const transform: Transform = {
  id: 'devices',
  title: 'No devices that give the host away',
  summary: 'Removes the memory, the disks and all of `/dev` from `devices` and `device_cgroup_rules` where nothing needs them.',
  severity: 'critical',
  controls: ['CIS 5.18', 'NIST 800-190 4.4.3'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      service.privileged === true ? undefined : LISTS.flatMap((list) => [...inList(list, service, context)]),
    ),
};

export default transform;

interface List {
  key: string;
  items(service: ComposeService): Item[];
  danger(text: string): Danger | undefined;
}

const LISTS: readonly List[] = [
  { key: 'devices', items: (service) => service.devices, danger: dangerOfDevice },
  { key: 'device_cgroup_rules', items: (service) => service.deviceCgroupRules, danger: dangerOfRule },
];

const DEVICES: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/cli/docker/container/run/#device',
  detail: 'a device is read, written and made anew (rwm) unless the item says less; file permissions of the host do not count for root',
};

function inList({ key, items, danger }: List, service: ComposeService, context: TransformContext): Iterable<Proposal> {
  return eachItem(
    (who) => lastFirst(items(who)),
    service,
    context,
    (who, item) => propose(who, key, item, danger(item.text), context),
  );
}

function propose(
  service: ComposeService,
  key: string,
  item: Item,
  danger: Danger | undefined,
  { advise, preset }: TransformContext,
): Proposal | undefined {
  if (!danger || !item.known || (danger.strict && preset !== 'strict')) return undefined;
  const verdict = advise(service).hostAccess('device', danger.path);
  const needed = verdict.value === 'needed' || verdict.value === 'optional';
  if (needed && preset !== 'strict') return undefined;
  const refusal = needed ? decision(`${verdict.why}: take it away only if the service does without`) : reasonToAsk(service, danger);
  return {
    ...about(transform, service, placeOfItem(item, service, key)),
    subject: item.text,
    severity: danger.severity,
    message: `"${service.name}" is given ${danger.what}: ${danger.gives}`,
    plan: `take ${danger.what} away from "${service.name}"`,
    breaks: 'what reads the device itself, such as S.M.A.R.T. tools, partitioning, hot-plugged hardware',
    confidence: verdict.value === 'not-needed' ? verdict.confidence : 'guess',
    evidence: [...verdict.evidence, DEVICES],
    ...(refusal ? { refusal } : removeFromList(service, key, item)),
  };
}

/** All of `/dev` stands for some device that only the person knows. */
function reasonToAsk(service: ComposeService, { path, what }: Danger): Refusal | undefined {
  if (path !== '/dev' || what.startsWith('the devices')) return undefined;
  return {
    ...decision('it uses some of them, which the file does not say: name those'),
    snippet: `# on ${service.name}, for example\ndevices:\n  - /dev/dri # a GPU\n  - /dev/serial/by-id/usb-… # a serial port`,
  };
}

function decision(message: string): Refusal {
  return { code: 'needs-decision', message };
}
