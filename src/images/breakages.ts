import type { Service } from '../compose/types';
import type { Match } from './match';
import type { Draft } from './rules';
import type { Situation } from './situation';
import { commandLine, imagePath } from './tells';
import type { Evidence, TmpfsMount } from './types';

/*
 * What broke when others hardened such services, and can be told by an image's name or by the command. Each rule names the report it
 * comes from.
 */

const SSHD = /(^|[/_-])(sshd|openssh|openssh-server|sftp)([/_-]|$)/;
const CHROOTED = /(^|[/_-])(mailserver|mailu|postfix|dovecot|vsftpd|proftpd|pure-ftpd|bind9?|unbound)([/_-]|$)/;
const BROWSER = /(^|[/_-])(chrome|chromium|browserless|puppeteer|playwright|selenium)([/_-]|$)|^selenium\//;
const VAULT = /(^|\/)vault$/;
const JVM_IMAGE =
  /(^|[/_-])(java|jdk|jre|openjdk|temurin|corretto|zulu|graalvm|tomcat|jetty|wildfly|maven|gradle|flink|spark|kafka|zookeeper|keycloak|solr|unleash|jenkins|sonarqube)([/_-]|$)/;

/** Programs that write a pid file or a socket directly below /run. */
const WRITES_RUN = /(^|[\s/;&])(crond?|supervisord|sshd|rsyslogd|apache2ctl|apachectl|php-fpm)(\s|$)/;

/** Images that write beside their own files, and where that was seen. */
const WRITERS: readonly { image: RegExp; why: string; ref: string }[] = [
  { image: /(^|\/)n8n$/, why: 'n8n makes a cache in its home directory', ref: 'https://github.com/n8n-io/n8n/issues/8367' },
  {
    image: /^jboss\/keycloak$/,
    why: 'this Keycloak rewrites its own configuration when it starts',
    ref: 'https://github.com/codecentric/helm-charts/issues/497',
  },
  {
    image: /(^|[/_-])cryptpad([/_-]|$)/,
    why: 'CryptPad builds its pages below its own directory when it starts',
    ref: 'https://github.com/cryptpad/cryptpad/issues/1313',
  },
  {
    image: /(^|[/_-])termix([/_-]|$)/,
    why: 'it writes the configuration of its web server beside the template it makes it from',
    ref: 'https://github.com/Termix-SSH/Support/issues/647',
  },
  {
    image: /(^|[/_-])flashpaper([/_-]|$)/,
    why: 'it keeps its database in a directory of the image',
    ref: 'https://github.com/AndrewPaglusch/FlashPaper/issues/95',
  },
  {
    image: /(^|[/_-])grocy([/_-]|$)/,
    why: 'it keeps its database in a directory of the image',
    ref: 'https://github.com/grocy/grocy-docker/pull/58',
  },
];

/** Makes the advice avoid what is known to have broken elsewhere, where no template knows the service better. */
export function avoidBreakages(draft: Draft, service: Service, situation: Situation, match?: Match): void {
  if (match && match.template.role !== 'runtime') return;
  const image = imagePath(service);
  const line = commandLine(service);
  const runs = (program: string): boolean => new RegExp(`(^|[\\s/;&])${program}(\\s|$)`).test(line);

  const asRoot = situation.start === 'root';
  if (asRoot && (SSHD.test(image) || runs('sshd'))) {
    const ref = 'https://github.com/ComplianceAsCode/content/pull/6557';
    addCapability(draft, 'SYS_CHROOT', 'sshd confines what it does before the login', ref);
  }
  if (asRoot && CHROOTED.test(image)) {
    const why = 'servers of this kind shut their workers into a directory';
    addCapability(draft, 'SYS_CHROOT', why, 'https://doc.dovecot.org/main/core/config/chroot.html');
  }
  if (asRoot && (VAULT.test(image) || runs('setcap'))) {
    const ref = 'https://github.com/hashicorp/docker-vault/issues/137';
    addCapability(draft, 'SETFCAP', 'its start gives a program a file capability', ref);
  }
  if (BROWSER.test(image) && service.capAdd.some(({ text }) => /^(CAP_)?SYS_ADMIN$/i.test(text))) keepSandbox(draft);
  readOnly(draft, service, image, line);
}

function addCapability(draft: Draft, name: string, why: string, ref: string): void {
  const { capabilities } = draft;
  if (capabilities.value.includes(name)) return;
  draft.capabilities = {
    ...capabilities,
    value: [...capabilities.value, name].sort(),
    why: `${capabilities.why}; ${name} because ${why}`,
    evidence: [...capabilities.evidence, report(ref, why)],
  };
}

/** SYS_ADMIN is given to a browser for its sandbox, whose helper is a setuid program that calls chroot. */
function keepSandbox(draft: Draft): void {
  const why = "SYS_ADMIN was given for the browser's sandbox, whose helper is a setuid program";
  const ref = 'https://github.com/SeleniumHQ/docker-selenium/issues/487';
  addCapability(draft, 'SYS_CHROOT', why, ref);
  if (draft.noNewPrivileges.value)
    draft.noNewPrivileges = { value: false, confidence: 'generic', why, evidence: [...draft.noNewPrivileges.evidence, report(ref, why)] };
}

function readOnly(draft: Draft, service: Service, image: string, line: string): void {
  const verdict = draft.readOnly;
  if (verdict.value === false) return;
  const writer = WRITERS.find((each) => each.image.test(image));
  if (writer) {
    draft.readOnly = { value: false, confidence: 'generic', why: writer.why, evidence: [report(writer.ref, writer.why)] };
    return;
  }
  let { tmpfs } = verdict.value;
  const evidence = [...verdict.evidence];
  if (WRITES_RUN.test(line) && !tmpfs.some(({ path }) => path === '/run')) {
    tmpfs = [...tmpfs, { path: '/run' }];
    const detail = 'the daemon its command starts writes its pid file to /run, and ends when it cannot';
    evidence.push(report('https://manpages.debian.org/bookworm/cron/cron.8.en.html', detail));
  }
  if (/(^|[\s/;&])sshd(\s|$)/.test(line)) {
    // /run hides the directory of the image, and sshd accepts one only when nobody else may write to it.
    tmpfs = [...tmpfs, { path: '/run/sshd', mode: '755' }];
    evidence.push(report('templates/engine-runs.yaml openssh', 'sshd ends when /run/sshd is missing, as it is below a new tmpfs'));
  }
  if (runsJvm(service, image, line)) {
    tmpfs = tmpfs.map((each): TmpfsMount => (each.path === '/tmp' ? { ...each, exec: true } : each));
    const detail = 'Java libraries load native code from /tmp, which a tmpfs without exec refuses';
    evidence.push(report('https://github.com/docker-flink/docker-flink/issues/46', detail));
  }
  draft.readOnly = { ...verdict, value: { tmpfs }, evidence };
}

/** Judged by the image's name, the command, or the variables a JVM reads. */
function runsJvm(service: Service, image: string, line: string): boolean {
  const variable = [...service.environment.keys()].some((name) =>
    /^(_?JAVA_|JDK_JAVA_|JVM_|CATALINA_)|_JAVA_OPTS$|_JAVA_OPTIONS$/.test(name),
  );
  return variable || JVM_IMAGE.test(image) || /(^|[\s/])java\s/.test(line) || /\.jar(\s|$)/.test(line);
}

function report(ref: string, detail: string): Evidence {
  return { kind: 'engine-run', ref, detail };
}
