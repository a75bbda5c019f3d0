import type { Tape } from '../yaml/support/tape';

/** Writes a Compose file as people write them, with all that makes one hard to edit: what is in it, and how, is up to the tape. */
export function projectText(tape: Tape): string {
  return new Project(tape).write();
}

const NAMES = [
  'web',
  'db',
  'api',
  'x.y0',
  'front-end',
  'back_end',
  'worker',
  'constructor',
  '__proto__',
  'toString',
  'data4',
  'Ünï',
  '1',
  'on',
  'hasOwnProperty',
];

const IMAGES = [
  'nginx:1.26',
  'postgres:16',
  'redis:7',
  'mongo:7',
  'traefik:v3',
  'memcached',
  'mariadb:11',
  'rabbitmq:3-management',
  'registry.example.com:5000/a/b:dev',
  'acme/app:1',
  'node:22-alpine',
  'ghcr.io/home-assistant/home-assistant:stable',
  'linuxserver/sonarr:latest',
  'tecnativa/docker-socket-proxy:0.3',
  'prom/prometheus:v3.0.0',
  'grafana/grafana:11.0.0',
  '${IMAGE:-nginx}:${TAG}',
  'redis@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** What a service may have, each with the values it may have. */
const KEYS: Readonly<Record<string, readonly Value[]>> = {
  privileged: [true, false, '${PRIV:-true}'],
  cap_add: [['NET_ADMIN'], ['SYS_ADMIN', 'CHOWN'], ['ALL'], ['SYS_TIME'], [], ['NET_BIND_SERVICE', 'cap_sys_ptrace'], ['SYS_MODULE']],
  cap_drop: [['ALL'], ['NET_RAW'], []],
  security_opt: [['no-new-privileges:true'], ['seccomp:unconfined'], ['apparmor=unconfined', 'label:disable'], ['no-new-privileges:false']],
  user: ['1000:1000', 'root', '0', 'node', '${UID}:${GID}', '"999:999"'],
  read_only: [true, false],
  tmpfs: [['/tmp'], '/run', ['/tmp:exec', '/run:size=1m'], ['/var/cache/nginx']],
  network_mode: ['host', 'bridge', 'none', 'service:web', 'service:db'],
  pid: ['host'],
  ipc: ['host', 'shareable'],
  userns_mode: ['host'],
  ports: [
    ['80:80'],
    ['127.0.0.1:5432:5432'],
    ['5432:5432', '6379:6379'],
    [{ target: 80, published: '8080', mode: 'host' }],
    ['${PORT:-8080}:80'],
    ['22:22/tcp'],
    ['3000-3002:3000-3002'],
  ],
  volumes: [
    ['/var/run/docker.sock:/var/run/docker.sock'],
    ['./data:/data:Z', 'named:/var/lib/x'],
    ['/:/host:ro'],
    ['/etc:/etc:rw'],
    [{ type: 'bind', source: '/dev', target: '/dev' }],
    ['/dev/shm:/dev/shm'],
    [{ type: 'tmpfs', target: '/run' }],
    ['./a:/a:rshared'],
  ],
  devices: [['/dev/sda:/dev/sda'], ['/dev/net/tun'], ['/dev/dri:/dev/dri', '/dev/mem:/dev/mem:rwm']],
  environment: [
    { DB_PASSWORD: 'hunter22', DB_HOST: 'db' },
    ['POSTGRES_PASSWORD=secret1', 'A=b', 'EMPTY='],
    { DATABASE_URL: 'postgres://u:p4ss@db:5432/x', TZ: null },
    ['PUID=1000', 'PGID=1000', 'API_TOKEN=${API_TOKEN:-abc123def}'],
    { MYSQL_ROOT_PASSWORD: '0123', LOG: 'yes' },
  ],
  env_file: ['.env', ['a.env', { path: 'b.env', required: false }]],
  depends_on: [['db'], { db: { condition: 'service_started' } }, ['web', 'api']],
  links: [['db:mysql']],
  networks: [
    ['front'],
    ['front', 'back'],
    { front: { aliases: ['x'] }, back: null },
    { front: { ipv4_address: '10.0.0.2' } },
    { front: null },
    [],
  ],
  logging: [{ driver: 'none' }, { driver: 'json-file', options: { 'max-size': '10m' } }, { driver: 'json-file' }],
  restart: ['always', 'no', 'unless-stopped', 'on-failure:3'],
  healthcheck: [{ test: 'curl -f http://localhost/' }, { disable: true }, { test: ['NONE'] }, { test: ['CMD', 'true'], interval: '5s' }],
  deploy: [
    { resources: { limits: { memory: '1g' } } },
    { replicas: 2 },
    { resources: { limits: { cpus: '0.5' }, reservations: { memory: '64m' } } },
  ],
  mem_limit: ['512m', -1, 0],
  pids_limit: [-1, 100, 0],
  ulimits: [{ nofile: 65535 }, { core: -1 }, { nproc: { soft: 1, hard: 2 } }],
  sysctls: [{ 'net.ipv4.ip_forward': 1 }, ['net.core.somaxconn=1024', 'kernel.shm_rmid_forced=0']],
  init: [true, false],
  command: ['sh -c "redis-server --requirepass x"', ['traefik', '--api.insecure=true'], true, 'sleep infinity', 'nginx -g "daemon off;"'],
  entrypoint: [['sh', '-c', 'exec "$$@"', '--'], 'tini -- x', []],
  stop_grace_period: ['1s'],
  shm_size: ['1gb'],
  group_add: [['docker', 0]],
  extra_hosts: [['host.docker.internal:host-gateway']],
  labels: [{ 'traefik.enable': 'true', 'traefik.http.routers.a.rule': 'Host(`a`)' }, ['com.x=y']],
  build: ['.', { context: './app', network: 'host', privileged: true }, { context: '.', entitlements: ['security.insecure'] }],
  cgroup: ['host'],
  cgroup_parent: ['/x'],
  oom_kill_disable: [true],
  container_name: ['c_1'],
  hostname: ['h.example'],
  profiles: [['debug']],
  secrets: [['key'], [{ source: 'key', target: '/x' }]],
  post_start: [[{ command: 'x', user: 'root', privileged: true }]],
  'x-note': ['kept', { a: 1 }],
};

class Project {
  private readonly lines: string[] = [];
  private readonly step: number;
  private readonly dash: number;
  private readonly quote: string;
  private comments = 0;
  /** Anchors of services, of maps to merge and of values by their keys. */
  private readonly services: { name: string; anchor?: string }[] = [];
  private readonly fragments: string[] = [];
  private readonly values = new Map<string, string[]>();
  private anchors = 0;

  constructor(private readonly tape: Tape) {
    this.step = tape.pick([2, 2, 4, 3, 6]);
    this.dash = tape.pick([this.step, this.step, 0]);
    this.quote = tape.pick(['', '', '"', "'"]);
  }

  write(): string {
    const { tape } = this;
    if (tape.once(8)) this.line(0, "version: '3.8'");
    if (tape.once(8)) this.line(0, 'name: stack');
    while (this.fragments.length < 2 && tape.once(3)) this.fragment();
    this.line(0, `${this.key('services')}:`);
    const wanted = 1 + tape.below(4);
    for (let count = 0; count < wanted; count++) this.service();
    if (tape.once(2))
      this.top(
        'networks',
        ['front', 'back'],
        [null, {}, { internal: true }, { external: true }, { driver: 'overlay' }, { ipam: { config: [{ subnet: '10.0.0.0/24' }] } }],
      );
    if (tape.once(3)) this.top('volumes', ['named'], [null, {}, { driver_opts: { o: 'bind', device: '/srv', type: 'none' } }]);
    if (tape.once(4)) this.top('secrets', ['key'], [{ file: './key' }, { external: true }]);
    return this.finish();
  }

  private finish(): string {
    const { tape } = this;
    const eol = tape.pick(['\n', '\n', '\n', '\r\n']);
    const text = this.lines.join(eol) + (tape.once(5) ? '' : eol);
    return tape.once(12) ? `\uFEFF${text}` : text;
  }

  /** A map of the top level that services merge. */
  private fragment() {
    const anchor = `f${this.anchors++}`;
    this.line(0, `x-${anchor}: &${anchor}`);
    this.keys(this.step, 1 + this.tape.below(3), anchor);
    this.fragments.push(anchor);
  }

  private service() {
    const { tape, step } = this;
    const free = NAMES.filter((name) => !this.services.some((service) => service.name === name));
    const name = tape.pick(free);
    const shared = this.services.filter(({ anchor }) => anchor !== undefined);
    if (shared.length > 0 && tape.once(10)) {
      this.line(step, `${this.key(name)}: *${tape.pick(shared).anchor}`);
      this.services.push({ name });
      return;
    }
    const anchor = tape.once(3) ? `s${this.anchors++}` : undefined;
    if (tape.once(12)) {
      this.line(
        step,
        `${this.key(name)}:${anchor ? ` &${anchor}` : ''} {image: ${tape.pick(IMAGES.slice(0, 10))}${tape.pick(['', ', cap_add: [SYS_ADMIN]', ', privileged: true,'])}}`,
      );
    } else {
      this.line(step, `${this.key(name)}:${anchor ? ` &${anchor}` : ''}`);
      this.body(
        step * 2,
        shared.map((each) => each.anchor!),
      );
    }
    this.services.push({ name, anchor });
  }

  private body(column: number, shared: readonly string[]) {
    const { tape } = this;
    const bases = [...shared, ...this.fragments];
    const merges = bases.length > 0 && tape.once(2);
    const late = tape.once(4);
    const merge = () =>
      this.line(column, tape.once(5) && bases.length > 1 ? `<<: [*${bases[0]}, *${bases[1]}]` : `<<: *${tape.pick(bases)}`);
    if (merges && !late) merge();
    const base = this.services.length > 0 && tape.once(6) ? tape.pick(this.services).name : undefined;
    if (base !== undefined) {
      if (tape.once(2)) this.value(column, 'extends', { service: base }, 0);
      else this.line(column, `extends: ${this.scalar(base)}`);
    }
    if (!((merges || base !== undefined) && tape.once(2))) this.value(column, 'image', tape.pick(IMAGES), 0);
    this.keys(column, tape.below(7), undefined);
    if (merges && late) merge();
  }

  private keys(column: number, count: number, fragment: string | undefined) {
    const { tape } = this;
    const free = Object.keys(KEYS);
    for (let done = 0; done < count; done++) {
      const [key] = free.splice(tape.below(free.length), 1) as [string];
      const anchored = this.values.get(key);
      if (anchored && tape.once(2)) {
        this.line(column, `${this.key(key)}: *${tape.pick(anchored)}`);
        continue;
      }
      const value = tape.pick(KEYS[key]!);
      const anchor = fragment === undefined && tape.once(9) && value !== null ? `v${this.anchors++}` : undefined;
      if (anchor) this.values.set(key, [...(this.values.get(key) ?? []), anchor]);
      this.value(column, key, value, tape.below(5), anchor);
    }
  }

  private top(section: string, names: readonly string[], settings: readonly Value[]) {
    this.line(0, `${section}:`);
    for (const name of names) this.value(this.step, name, this.tape.pick(settings), this.tape.below(5));
  }

  /** @param form 4 = in flow style, else in block style. */
  private value(column: number, key: string, value: Value, form: number, anchor?: string) {
    const { tape } = this;
    const head = `${this.key(key)}:${anchor ? ` &${anchor}` : ''}`;
    if (value === null) return this.line(column, head);
    if (typeof value !== 'object') {
      if (typeof value === 'string' && !anchor && tape.once(14) && !value.includes('"')) {
        this.lines.push(`${' '.repeat(column)}${head} ${tape.pick(['|-', '>-'])}`);
        return this.lines.push(`${' '.repeat(column + this.step)}${value}`);
      }
      return this.line(column, `${head} ${this.scalar(value)}`);
    }
    const empty = Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
    if (form === 4 || empty) return this.line(column, `${head} ${this.flow(value)}`);
    this.line(column, head);
    if (Array.isArray(value)) return this.items(column + this.dash, value);
    for (const [name, inner] of Object.entries(value)) this.value(column + this.step, name, inner, 0);
  }

  private items(column: number, items: readonly Value[]) {
    for (const item of items) {
      const gap = this.tape.pick([' ', ' ', '  ']);
      if (item === null || typeof item !== 'object') this.line(column, `-${gap}${this.scalar(item)}`);
      else if (Array.isArray(item) || this.tape.once(3)) this.line(column, `-${gap}${this.flow(item)}`);
      else {
        Object.entries(item).forEach(([name, inner], index) => {
          const text = inner !== null && typeof inner === 'object' ? this.flow(inner) : this.scalar(inner);
          this.line(index === 0 ? column : column + 1 + gap.length, `${index === 0 ? `-${gap}` : ''}${name}: ${text}`);
        });
      }
    }
  }

  private flow(value: Value): string {
    if (Array.isArray(value))
      return `[${value.map((item) => this.flow(item)).join(', ')}${this.tape.pick(['', '', value.length > 0 ? ',' : ''])}]`;
    if (value !== null && typeof value === 'object') {
      return `{${Object.entries(value)
        .map(([key, inner]) => `${this.flowScalar(key)}: ${this.flow(inner)}`)
        .join(', ')}}`;
    }
    return this.flowScalar(value);
  }

  private flowScalar(value: string | number | boolean | null): string {
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  }

  private scalar(value: string | number | boolean | null): string {
    if (typeof value !== 'string') return value === null ? '' : String(value);
    if (/^".*"$/.test(value)) return value;
    if (/^[\w./-]+$/.test(value) && !/^[\d.]+$|^(?:on|no|yes|true|false|null)$/i.test(value))
      return this.tape.pick([value, value, `'${value}'`, `"${value}"`]);
    const single = `'${value.replaceAll("'", "''")}'`;
    return /["\\]/.test(value) ? single : this.tape.pick([`"${value}"`, single]);
  }

  private key(key: string): string {
    const needed = /^(?:on|no|1)$/.test(key) && this.quote === '' ? '"' : this.quote;
    return `${needed}${key}${needed}`;
  }

  private line(column: number, text: string) {
    this.lines.push(`${' '.repeat(column)}${text}${this.tape.once(9) ? `${this.tape.pick([' ', '  ', '\t'])}# e${this.comments++}` : ''}`);
    while (this.tape.once(10)) {
      this.lines.push(
        this.tape.once(3)
          ? ''
          : `${' '.repeat(Math.max(0, column + this.tape.pick([0, 0, this.step, -this.step])))}# c${this.comments++} é`,
      );
    }
  }
}
