import type { TransformInfo } from '../../harden/api';
import { pad } from '../../report/layout';
import { paintSeverity } from '../../report/pretty';
import type { Context } from '../context';

/** `batten list`: the transforms, in the order they run. */
export async function list(context: Context): Promise<number> {
  const { host, options } = context;
  const transforms = host.batten().transforms();
  host.stdout.write(options.format === 'json' ? listJson(transforms) : listTable(transforms, context));
  return 0;
}

function listJson(transforms: readonly TransformInfo[]): string {
  const rows = transforms.map(({ id, title, summary, severity, controls, preset }) => ({
    id,
    title,
    summary,
    severity,
    preset,
    default: preset === 'recommended',
    controls,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function listTable(transforms: readonly TransformInfo[], context: Context): string {
  const { colors } = context.screen(context.host.stdout);
  const width = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const id = width(['id', ...transforms.map((each) => each.id)]);
  const title = width(['what it does', ...transforms.map((each) => each.title)]);
  const head = `${pad('id', id)}  severity  preset       ${pad('what it does', title)}  controls`;
  const rows = transforms.map(
    (each) =>
      `${colors.bold(pad(each.id, id))}  ${pad(paintSeverity(each.severity, colors), 8)}  ${pad(each.preset, 'recommended'.length)}  ${pad(each.title, title)}  ${colors.dim(each.controls.join(', '))}`,
  );
  return `${[colors.dim(head), ...rows].map((line) => line.trimEnd()).join('\n')}\n`;
}
