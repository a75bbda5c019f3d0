import { isMap } from '../../compose/data';
import { parseLongVolume, parseShortVolume } from '../../compose/mounts';
import { parseShortPort } from '../../compose/ports';
import { parseSize } from '../../compose/size';
import { table } from '../../table';
import type { Data } from '../../yaml/types';
import { blockText } from '../../yaml/write-new';
import type { Keys, Loss } from '../stack';
import { partsOf, plainText } from '../text';
import { secondsOf } from './options';
import { absolutePath, type ExportProject, inOrder } from './project';
import type { Exported } from './run';
import { type Lose, securityOf } from './security-context';

/** A key of Compose that no object of Kubernetes says, and why. */
const LOST: Readonly<Record<string, string>> = table({
  blkio_config: 'Kubernetes limits no block devices',
  build: 'push the image to a registry the cluster can reach',
  cgroup: 'the runtime decides it',
  cgroup_parent: 'the kubelet decides it',
  cpu_count: 'it is for Windows',
  cpu_percent: 'it is for Windows',
  cpu_period: 'the kubelet makes it of the limit of processors',
  cpu_quota: 'the kubelet makes it of the limit of processors',
  cpu_rt_period: 'Kubernetes has no real-time scheduling',
  cpu_rt_runtime: 'Kubernetes has no real-time scheduling',
  cpu_shares: 'the kubelet makes it of the requested processors',
  cpuset: 'the CPU manager of the kubelet pins processors',
  device_cgroup_rules: 'a device plugin gives devices',
  devices: 'a device plugin gives devices',
  gpus: 'ask for them as resources of the device plugin, such as nvidia.com/gpu',
  depends_on: 'a pod waits for nothing: clients have to try again, or an init container waits',
  domainname: 'set subdomain and a headless Service',
  external_links: 'a Service of that name leads there',
  init: 'shareProcessNamespace reaps processes, and shows them to all containers of the pod',
  ipc: 'pods share it with the host or with nobody',
  isolation: 'it is for Windows',
  label_file: 'write the labels',
  links: 'a Service of that name leads there',
  logging: 'the cluster collects the logs',
  mac_address: 'the network plugin decides it',
  mem_swappiness: 'the kubelet decides it',
  memswap_limit: 'the kubelet decides how swap is used',
  oom_kill_disable: 'the kubelet decides it',
  oom_score_adj: 'the kubelet makes it of the requested memory',
  pid: 'pods share it with the host or with nobody',
  pids_limit: 'podPidsLimit of the kubelet',
  post_start: 'write a postStart hook, which does not run as another user',
  pre_stop: 'write a preStop hook, which does not run as another user',
  stop_signal: 'STOPSIGNAL of the image counts',
  storage_opt: 'set a limit of ephemeral-storage',
  ulimits: 'the runtime decides them for all containers',
  use_api_socket: 'give a service account',
  userns_mode: 'hostUsers: false gives a pod a user namespace',
  uts: 'pods have it of their own',
  volumes_from: 'write the mounts',
});

const APP = 'app.kubernetes.io/name';

/**
 * Manifests of Kubernetes: a Deployment for each service, a StatefulSet for one with volumes of the project, a headless Service by which others find it, one for
 * what is published, claims, and a NetworkPolicy for each network. Values of credentials become references to Secrets, which are not written.
 */
export function exportKubernetes(project: ExportProject): Exported {
  const losses: Loss[] = [...project.losses];
  const files = inOrder(project).map((service) => {
    const documents = new Workload(project, service, losses).documents();
    return { path: `${dnsName(service)}.yaml`, text: documents.map(blockText).join('---\n') };
  });
  const shared = [...claims(project, losses), ...policies(project, losses)];
  if (shared.length > 0) files.push({ path: 'shared.yaml', text: shared.map(blockText).join('---\n') });
  return { files, losses };
}

/** A name as DNS allows it in a cluster: lower case letters, digits and dashes. */
export function dnsName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 63) || 'service'
  );
}

const list = (value: Data | undefined): Data[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** One service while it becomes objects. */
class Workload {
  private readonly keys: Keys;
  private readonly name: string;
  private readonly volumes: Keys[] = [];
  private readonly mounts: Keys[] = [];
  private stateful = false;

  constructor(
    private readonly project: ExportProject,
    private readonly service: string,
    private readonly losses: Loss[],
  ) {
    this.keys = project.services.get(service)!;
    this.name = dnsName(service);
  }

  documents(): Keys[] {
    const { keys, name } = this;
    if (name !== this.service) this.lose('name', `others find it as ${name}`, 'decision');
    for (const [key, reason] of Object.entries(LOST)) if (key in keys && !this.saidOtherwise(key)) this.lose(key, reason);
    for (const key of Object.keys(keys)) if (!KNOWN.has(key) && LOST[key] === undefined) this.lose(key, 'no object of Kubernetes says it');
    const { pod, container } = securityOf(keys, this.lose);
    this.mountAll();
    // A claim and an emptyDir belong to root: the group of the service may write to them.
    if (typeof container.runAsGroup === 'number' && container.runAsGroup !== 0 && this.volumes.length > 0) {
      pod.fsGroup = container.runAsGroup;
      pod.fsGroupChangePolicy = 'OnRootMismatch';
    }
    const spec: Keys = {
      automountServiceAccountToken: false,
      // Variables for every Service of the namespace are nothing a container of Compose has.
      enableServiceLinks: false,
      ...(keys.hostname !== undefined && { hostname: this.plain(keys.hostname, 'hostname') }),
      ...this.host(),
      ...(Object.keys(pod).length > 0 && { securityContext: pod }),
      ...this.dns(),
      ...(typeof keys.runtime === 'string' && { runtimeClassName: keys.runtime }),
      ...(typeof keys.platform === 'string' && { nodeSelector: platformOf(keys.platform) }),
      ...(keys.stop_grace_period !== undefined && {
        terminationGracePeriodSeconds: Math.ceil(secondsOf(String(keys.stop_grace_period)) ?? 10),
      }),
      containers: [this.container(container)],
      ...(this.volumes.length > 0 && { volumes: this.volumes }),
    };
    const labels: Keys = { [APP]: name, ...Object.fromEntries(this.networks().map((network) => [networkLabel(network), 'true'])) };
    const annotations = this.annotations();
    const metadata: Keys = { name, labels: { [APP]: name, 'app.kubernetes.io/part-of': dnsName(this.project.name) } };
    const template: Keys = { metadata: { labels, ...(annotations && { annotations }) }, spec };
    const replicas = typeof keys.scale === 'number' ? keys.scale : 1;
    const workload: Keys = {
      apiVersion: 'apps/v1',
      kind: this.stateful ? 'StatefulSet' : 'Deployment',
      metadata,
      spec: {
        replicas,
        ...(this.stateful && { serviceName: name }),
        selector: { matchLabels: { [APP]: name } },
        // Two at a time would be two that publish the same, and two that write to the same volume.
        ...(!this.stateful && { strategy: { type: 'Recreate' } }),
        template,
      },
    };
    this.restart();
    return [workload, ...this.services(metadata)];
  }

  private readonly lose: Lose = (what, reason, code = 'unsupported') =>
    void this.losses.push({ code, service: this.service, what, reason });

  /** Keys of the table that one value of makes an object of, and the rest not. */
  private saidOtherwise(key: string): boolean {
    const value = this.keys[key];
    return ((key === 'pid' || key === 'ipc') && value === 'host') || (key === 'userns_mode' && value === 'host') || value === false;
  }

  private plain(value: Data, what: string): string {
    const text = plainText(String(value));
    if (text === undefined) this.lose(what, 'it holds a variable: write its value', 'decision');
    return text ?? '';
  }

  private container(security: Keys): Keys {
    const { keys } = this;
    const { image } = keys;
    const words = (key: 'entrypoint' | 'command'): string[] => list(keys[key]).map((word) => this.reference(String(word), key));
    const policy: Readonly<Record<string, string>> = {
      always: 'Always',
      missing: 'IfNotPresent',
      if_not_present: 'IfNotPresent',
      never: 'Never',
    };
    if (image === undefined) this.lose('image', 'it is built: push it, and name it', 'decision');
    // What these refer to has to be among the variables.
    const [command, args] = [words('entrypoint'), words('command')];
    const env = this.environment();
    const envFrom = list(keys.env_file).map((each) => {
      const path = String(isMap(each) ? each.path : each);
      const configMap = dnsName(`${this.name}-${path.split('/').at(-1)!}`);
      this.lose('env_file', `kubectl create configmap ${configMap} --from-env-file=${path}`, 'decision');
      return { configMapRef: { name: configMap } };
    });
    return {
      name: this.name,
      image: image === undefined ? this.name : this.plain(image, 'image'),
      ...(typeof keys.pull_policy === 'string' && policy[keys.pull_policy] && { imagePullPolicy: policy[keys.pull_policy]! }),
      ...('entrypoint' in keys && { command }),
      ...('command' in keys && { args }),
      ...(keys.working_dir !== undefined && { workingDir: this.plain(keys.working_dir, 'working_dir') }),
      ...(keys.stdin_open === true && { stdin: true }),
      ...(keys.tty === true && { tty: true }),
      ...(envFrom.length > 0 && { envFrom }),
      ...(env.length > 0 && { env }),
      ...this.ports(),
      ...this.resources(),
      ...this.probes(),
      securityContext: security,
      ...(this.mounts.length > 0 && { volumeMounts: this.mounts }),
    };
  }

  /** `$(NAME)` stands for a variable of the container, which a Secret gives it; a literal one is written twice. */
  private reference(text: string, what: string): string {
    return partsOf(text)
      .map((part) => {
        if ('literal' in part) return part.literal.replaceAll('$(', '$$$$(');
        this.secretNames.add(part.name);
        if (part.operator !== undefined && !part.operator.includes('?'))
          this.lose(what, `${part.variable} has another value when ${part.name} is not set, which is not said`);
        return `$(${part.name})`;
      })
      .join('');
  }

  private readonly secretNames = new Set<string>();

  private environment(): Keys[] {
    const own: Keys[] = [];
    for (const [name, value] of Object.entries((this.keys.environment as Keys | undefined) ?? {})) {
      if (value === null) {
        this.lose(`environment ${name}`, 'a pod gets nothing of the shell that starts it', 'decision');
        continue;
      }
      const parts = partsOf(String(value));
      const [only] = parts;
      if (parts.length === 1 && only && 'variable' in only)
        own.push({ name, valueFrom: { secretKeyRef: { name: this.secret(), key: only.name } } });
      else own.push({ name, value: this.reference(String(value), `environment ${name}`) });
    }
    const names = own.map((each) => each.name);
    const more = [...this.secretNames]
      .filter((name) => !names.includes(name))
      .map((name): Keys => ({ name, valueFrom: { secretKeyRef: { name: this.secret(), key: name } } }));
    const keys = [...more, ...own].flatMap((each) => (isMap(each.valueFrom) ? [String((each.valueFrom.secretKeyRef as Keys).key)] : []));
    if (keys.length > 0)
      this.lose('environment', `kubectl create secret generic ${this.secret()} with ${[...new Set(keys)].join(', ')}`, 'decision');
    // What is referred to has to stand before.
    return [...more, ...own];
  }

  private secret(): string {
    return `${this.name}-env`;
  }

  private ports(): Keys {
    const ports = this.containerPorts();
    return ports.length > 0 ? { ports: ports.map(({ port, protocol }) => ({ containerPort: port, protocol })) } : {};
  }

  private containerPorts(): { port: number; protocol: string }[] {
    const found = new Map<string, { port: number; protocol: string }>();
    const texts = [...list(this.keys.ports), ...list(this.keys.expose)].map(String);
    for (const text of texts) {
      const parsed = parseShortPort(text);
      for (const port of portsOf(parsed?.target ?? '')) {
        const protocol = (parsed?.protocol ?? 'tcp').toUpperCase();
        found.set(`${port}/${protocol}`, { port, protocol });
      }
    }
    return [...found.values()];
  }

  private resources(): Keys {
    const { keys } = this;
    const limits: Keys = {};
    const requests: Keys = {};
    const memory = (key: string): string | undefined => {
      const value = keys[key];
      const bytes = value === undefined ? undefined : typeof value === 'number' ? value : parseSize(this.plain(value, key));
      if (bytes === undefined || bytes === 0) return undefined;
      return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}Mi` : String(bytes);
    };
    const processors = (value: Data | undefined): string | undefined =>
      value === undefined ? undefined : `${Math.round(Number(value) * 1000)}m`;
    const set = (map: Keys, key: string, value: string | undefined): void => {
      if (value !== undefined && value !== 'NaNm') map[key] = value;
    };
    set(limits, 'cpu', processors(keys.cpus));
    set(limits, 'memory', memory('mem_limit'));
    set(requests, 'cpu', processors(keys.cpu_reservation));
    set(requests, 'memory', memory('mem_reservation'));
    const all = { ...(Object.keys(requests).length > 0 && { requests }), ...(Object.keys(limits).length > 0 && { limits }) };
    return Object.keys(all).length > 0 ? { resources: all } : {};
  }

  /** Docker marks a container that fails its check, and leaves it running: that is whether it is ready. */
  private probes(): Keys {
    const check = this.keys.healthcheck;
    if (!isMap(check) || check.disable === true) return {};
    const [kind, ...words] = list(check.test).map(String);
    if (kind === undefined || kind === 'NONE') {
      if (kind === undefined) this.lose('healthcheck', 'the command of the image is not in the file', 'decision');
      return {};
    }
    const seconds = (key: string, usual: number): number => Math.max(1, Math.ceil(secondsOf(String(check[key] ?? `${usual}s`)) ?? usual));
    const texts = words.map((word) => plainText(word) ?? word);
    if (words.some((word) => plainText(word) === undefined)) this.lose('healthcheck', 'it holds a variable: write its value', 'decision');
    const probe: Keys = {
      exec: { command: kind === 'CMD-SHELL' ? ['/bin/sh', '-c', texts.join(' ')] : texts },
      periodSeconds: seconds('interval', 30),
      timeoutSeconds: seconds('timeout', 30),
      failureThreshold: Number(check.retries ?? 3),
    };
    return { readinessProbe: probe };
  }

  private host(): Keys {
    const { network_mode: mode, pid, ipc } = this.keys;
    if (typeof mode === 'string' && mode !== 'host' && mode !== 'bridge')
      this.lose('network_mode', `a pod has a network of its own: ${mode} has no counterpart, unless both are containers of one pod`);
    return {
      ...(mode === 'host' && { hostNetwork: true }),
      ...(pid === 'host' && { hostPID: true }),
      ...(ipc === 'host' && { hostIPC: true }),
    };
  }

  private dns(): Keys {
    const { keys } = this;
    const hosts = new Map<string, string[]>();
    for (const [host, addresses] of Object.entries((keys.extra_hosts as Keys | undefined) ?? {})) {
      const colon = host.indexOf(':');
      const pairs =
        addresses === null ? [[host.slice(0, colon), host.slice(colon + 1)]] : list(addresses).map((each) => [host, String(each)]);
      for (const [name = '', address = ''] of pairs) {
        if (address === 'host-gateway') this.lose('extra_hosts', `${name}: a pod does not know its node by a name`);
        else hosts.set(address.replace(/^\[|\]$/g, ''), [...(hosts.get(address) ?? []), name]);
      }
    }
    const config: Keys = {
      ...(list(keys.dns).length > 0 && { nameservers: list(keys.dns) }),
      ...(list(keys.dns_search).length > 0 && { searches: list(keys.dns_search) }),
      ...(list(keys.dns_opt).length > 0 && {
        options: list(keys.dns_opt).map((each) => {
          const [name = '', value] = String(each).split(':');
          return { name, ...(value !== undefined && { value }) };
        }),
      }),
    };
    return {
      ...(hosts.size > 0 && { hostAliases: [...hosts].map(([ip, hostnames]) => ({ ip, hostnames })) }),
      ...(Object.keys(config).length > 0 && { dnsConfig: config }),
    };
  }

  private annotations(): Keys | undefined {
    const all = { ...(this.keys.labels as Keys | undefined), ...(this.keys.annotations as Keys | undefined) };
    const fitting = Object.entries(all).filter(([key]) =>
      /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(key),
    );
    for (const key of Object.keys(all))
      if (!fitting.some(([name]) => name === key)) this.lose(`labels ${key}`, 'it is no name of an annotation');
    return fitting.length === 0
      ? undefined
      : Object.fromEntries(fitting.map(([key, value]) => [key, value === null ? '' : this.plain(value, `labels ${key}`)]));
  }

  private mountAll(): void {
    const { keys } = this;
    const add = (base: string, source: Keys, mount: Keys): void => {
      let name = dnsName(base).slice(0, 50);
      for (
        let number = 2;
        this.volumes.some((each) => each.name === name && JSON.stringify({ ...each, name: undefined }) !== JSON.stringify(source));
        number++
      )
        name = `${dnsName(base).slice(0, 50)}-${number}`;
      if (!this.volumes.some((each) => each.name === name)) this.volumes.push({ name, ...source });
      this.mounts.push({ name, ...mount });
    };
    for (const item of list(keys.volumes)) {
      const mount = isMap(item) ? parseLongVolume(item) : parseShortVolume(String(item));
      if (!mount) {
        this.lose('volumes', 'a mount that cannot be read');
        continue;
      }
      const { kind, source = '', target, readOnly, options } = mount;
      const at: Keys = { mountPath: target, ...(readOnly && { readOnly: true }) };
      const subpath = options.find((each) => each.startsWith('subpath='));
      if (subpath !== undefined) at.subPath = subpath.slice('subpath='.length);
      if (kind === 'volume') {
        this.stateful = true;
        add(source, { persistentVolumeClaim: { claimName: dnsName(source) } }, at);
        if (options.includes('nocopy') === false)
          this.lose(`volumes ${source}`, 'a claim begins empty: what the image has at the place is not copied into it');
      } else if (kind === 'bind') {
        this.lose(
          `volumes ${target}`,
          `it is ${source} of the node that the pod runs on: a ConfigMap or a claim moves with the pod`,
          'decision',
        );
        const path = plainText(absolutePath(source, this.project));
        if (path?.startsWith('/')) add(`host${target}`, { hostPath: { path } }, at);
        else add(`host${target}`, { emptyDir: {} }, at);
      } else if (kind === 'anonymous') add(`anonymous${target}`, { emptyDir: {} }, at);
      else if (kind === 'tmpfs') this.memory(target, options, add, at);
      else this.lose(`volumes ${target}`, `no volume of Kubernetes is a ${kind} of Docker`);
    }
    for (const item of list(keys.tmpfs)) {
      const [target = '', options = ''] = String(item).split(':');
      this.memory(target, options.split(',').filter(Boolean), add, { mountPath: target });
    }
    if (keys.shm_size !== undefined) this.memory('/dev/shm', [`size=${String(keys.shm_size)}`], add, { mountPath: '/dev/shm' });
    for (const kind of ['secrets', 'configs'] as const) {
      for (const item of list(keys[kind])) {
        const { source = '', target, mode } = item as Keys;
        const top = this.project[kind].get(String(source)) ?? {};
        const name = dnsName(String(source));
        const base = kind === 'secrets' ? `/run/secrets/${String(source)}` : `/${String(source)}`;
        const path = target === undefined ? base : String(target).startsWith('/') ? String(target) : `/run/secrets/${String(target)}`;
        const how = typeof top.file === 'string' ? `--from-file=${String(source)}=${top.file}` : `--from-literal=${String(source)}=…`;
        this.lose(
          `${kind} ${String(source)}`,
          `kubectl create ${kind === 'secrets' ? 'secret generic' : 'configmap'} ${name} ${how}`,
          'decision',
        );
        const items = { items: [{ key: String(source), path: String(source) }], ...(typeof mode === 'number' && { defaultMode: mode }) };
        add(
          `${kind}-${String(source)}`,
          kind === 'secrets' ? { secret: { secretName: name, ...items } } : { configMap: { name, ...items } },
          { mountPath: path, subPath: String(source), readOnly: true },
        );
      }
    }
  }

  private memory(target: string, options: readonly string[], add: (base: string, source: Keys, mount: Keys) => void, at: Keys): void {
    const size = options.find((each) => each.startsWith('size='))?.slice('size='.length);
    const bytes = size === undefined ? undefined : parseSize(size);
    const exec = options.includes('exec') && options.includes('suid');
    if (!exec && target !== '/dev/shm')
      this.lose(`tmpfs ${target}`, 'an emptyDir is not noexec, nosuid and nodev, and everybody may write to it');
    add(
      `tmpfs${target}`,
      {
        emptyDir: {
          medium: 'Memory',
          ...(bytes !== undefined && { sizeLimit: bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}Mi` : String(bytes) }),
        },
      },
      at,
    );
  }

  private networks(): string[] {
    return networksOf(this.keys);
  }

  private restart(): void {
    const policy = String(this.keys.restart ?? '').split(':')[0];
    if (policy === 'no' || policy === 'on-failure')
      this.lose('restart', `a ${this.stateful ? 'StatefulSet' : 'Deployment'} always starts again: make it a Job when it ends`);
  }

  /** By name others reach every port, as in Compose; what is published has a Service of its own. */
  private services(metadata: Keys): Keys[] {
    const { keys, name } = this;
    const labels = metadata.labels as Keys;
    const selector = { [APP]: name };
    const made: Keys[] = [];
    if (keys.network_mode !== 'none') {
      const aliases = Object.values((keys.networks as Keys | undefined) ?? {}).flatMap((endpoint) =>
        isMap(endpoint) ? list(endpoint.aliases).map(String) : [],
      );
      const container = typeof keys.container_name === 'string' && keys.container_name !== this.service ? [keys.container_name] : [];
      for (const each of new Set([name, ...aliases.map(dnsName), ...container.map(dnsName)])) {
        made.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: each, labels }, spec: { clusterIP: 'None', selector } });
      }
      for (const endpoint of Object.values((keys.networks as Keys | undefined) ?? {})) {
        if (isMap(endpoint) && (endpoint.ipv4_address !== undefined || endpoint.ipv6_address !== undefined))
          this.lose('networks.ipv4_address', 'the network plugin decides the address of a pod');
      }
    }
    const published = list(keys.ports).flatMap((text) => {
      const port = parseShortPort(String(text));
      if (!port) return [];
      if (port.hostIp !== undefined && /^(?:127\.|::1$)/.test(port.hostIp)) {
        this.lose(`ports ${port.raw}`, 'it is for the host alone: kubectl port-forward reaches it');
        return [];
      }
      const hosts = portsOf(port.published ?? port.target);
      return portsOf(port.target).map((target, at): Keys => {
        const outside = hosts[at] ?? hosts[0] ?? target;
        return { name: `${port.protocol}-${outside}`, port: outside, targetPort: target, protocol: port.protocol.toUpperCase() };
      });
    });
    const ports = [...new Map(published.map((each) => [each.name, each])).values()];
    if (ports.length > 0) {
      const spec: Keys = { type: 'LoadBalancer', selector, ports };
      made.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: `${name.slice(0, 53)}-published`, labels }, spec });
      made.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `${name.slice(0, 53)}-published`, labels },
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ['Ingress'],
          ingress: [{ ports: ports.map(({ targetPort, protocol }) => ({ port: targetPort!, protocol: protocol! })) }],
        },
      });
    }
    return made;
  }
}

/** Keys that become something. */
const KNOWN = new Set(
  `image pull_policy container_name hostname user working_dir entrypoint command environment env_file labels annotations restart stdin_open tty
  stop_grace_period healthcheck ports expose networks network_mode dns dns_search dns_opt extra_hosts volumes tmpfs privileged read_only cap_drop cap_add
  security_opt group_add pid ipc userns_mode sysctls mem_limit mem_reservation cpu_reservation shm_size cpus platform runtime secrets configs scale profiles attach
  develop`.split(/\s+/),
);

function portsOf(range: string): number[] {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? [];
  if (from === undefined) return [];
  return Array.from({ length: Math.min(1000, Math.max(0, Number(to) - Number(from) + 1)) }, (_, at) => Number(from) + at);
}

function platformOf(platform: string): Keys {
  const [os = '', architecture] = platform.split('/');
  return { 'kubernetes.io/os': os, ...(architecture !== undefined && { 'kubernetes.io/arch': architecture }) };
}

function networksOf(keys: Keys): string[] {
  if (typeof keys.network_mode === 'string') return [];
  return Object.keys((keys.networks as Keys | undefined) ?? { default: null });
}

function networkLabel(network: string): string {
  return `network/${dnsName(network)}`;
}

function claims(project: ExportProject, losses: Loss[]): Keys[] {
  const used = new Set(
    [...project.services.values()].flatMap((keys) =>
      list(keys.volumes).flatMap((item) => {
        const mount = isMap(item) ? parseLongVolume(item) : parseShortVolume(String(item));
        return mount?.kind === 'volume' ? [mount.source!] : [];
      }),
    ),
  );
  return [...used].map((key): Keys => {
    losses.push({ code: 'decision', what: `volumes ${key}`, reason: 'a claim has a size: it says 1Gi, and ReadWriteOnce' });
    const { driver, driver_opts: options } = project.volumes.get(key) ?? {};
    if ((driver !== undefined && driver !== 'local') || options !== undefined)
      losses.push({ code: 'unsupported', what: `volumes ${key}`, reason: 'its driver: name a StorageClass' });
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: dnsName(key), labels: { 'app.kubernetes.io/part-of': dnsName(project.name) } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
  });
}

/** Who is in a network reaches who else is in it, and nobody reaches out of one that is internal, but to ask for names. */
function policies(project: ExportProject, losses: Loss[]): Keys[] {
  const used = new Set([...project.services.values()].flatMap(networksOf));
  return [...used].map((network): Keys => {
    const keys = project.networks.get(network) ?? {};
    const member = { podSelector: { matchLabels: { [networkLabel(network)]: 'true' } } };
    const names = {
      to: [{ namespaceSelector: {} }],
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    };
    if (keys.external)
      losses.push({
        code: 'decision',
        what: `networks ${network}`,
        reason: 'it is shared with other projects, whose pods need its label as well',
      });
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `network-${dnsName(network)}`, labels: { 'app.kubernetes.io/part-of': dnsName(project.name) } },
      spec: {
        podSelector: member.podSelector,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [member] }],
        // Out of any other network everything is reached.
        egress: keys.internal === true ? [{ to: [member] }, names] : [{}],
      },
    };
  });
}
