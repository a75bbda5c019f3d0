// Packs the extension for VS Code: editors/vscode/batten-<version>.vsix. It brings the built command along, so build that first.
// A .vsix is a zip with two files beside the extension; Microsoft's packer for it brings some 300 packages, native ones among them.
// Layout: https://github.com/microsoft/vscode-vsce/blob/main/src/package.ts (toVsixManifest, toContentTypes)
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { noticesOf, packagesOf } from './notices.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const home = path.join(root, 'editors', 'vscode');
const out = process.argv[2] ? path.resolve(process.argv[2]) : undefined;
if (!existsSync(path.join(root, 'dist', 'cli', 'lsp.js'))) throw new Error('build the command first: npm run build');

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const manifest = { ...JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')), version };

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['editors/vscode/src/extension.ts'],
  outfile: 'editors/vscode/dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
});

/** Files of the extension by their place in it. */
const files = new Map();
const add = (place, from) => files.set(`extension/${place}`, readFileSync(from));
const addAll = (place, folder, wanted) => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = name.split(path.sep).join('/');
    if (wanted(file)) add(`${place}/${file}`, path.join(folder, name));
  }
};
files.set('extension/package.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
add('readme.md', path.join(home, 'README.md'));
add('LICENSE.txt', path.join(root, 'LICENSE'));
add('dist/extension.js', path.join(home, 'dist', 'extension.js'));
add('schemas/config.schema.json', path.join(root, 'schemas', 'config.schema.json'));
files.set('extension/THIRD-PARTY-NOTICES', Buffer.from(noticesOf(packagesOf(Object.keys(metafile.inputs)))));
// The command, as far as the language server and `fix` in a terminal need it.
add('server/package.json', path.join(root, 'package.json'));
add('server/THIRD-PARTY-NOTICES', path.join(root, 'THIRD-PARTY-NOTICES'));
addAll('server/dist/cli', path.join(root, 'dist', 'cli'), (file) => /^(?:main|program|app|lsp)\.js$/.test(file));
addAll('server/dist/vendor', path.join(root, 'dist', 'vendor'), (file) => file.endsWith('.js'));
addAll('server/dist/templates', path.join(root, 'dist', 'templates'), (file) => file.endsWith('.json'));
addAll('server/transforms', path.join(root, 'transforms'), (file) => file.endsWith('/README.md'));

const escaped = (text) => String(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
const property = (id, value) => `      <Property Id="${id}" Value="${escaped(value)}"/>`;
const asset = (type, place) => `    <Asset Type="${type}" Path="${escaped(place)}" Addressable="true"/>`;
const { publisher, name, displayName, description, keywords, categories, engines } = manifest;
files.set(
  'extension.vsixmanifest',
  Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011" xmlns:d="http://schemas.microsoft.com/developer/vsx-schema-design/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped(keywords.join(','))}</Tags>
    <Categories>${escaped(categories.join(','))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
${[
  property('Microsoft.VisualStudio.Code.Engine', engines.vscode),
  property('Microsoft.VisualStudio.Code.ExtensionDependencies', ''),
  property('Microsoft.VisualStudio.Code.ExtensionPack', ''),
  property('Microsoft.VisualStudio.Code.ExtensionKind', 'workspace'),
  property('Microsoft.VisualStudio.Code.LocalizedLanguages', ''),
  property('Microsoft.VisualStudio.Services.GitHubFlavoredMarkdown', 'true'),
].join('\n')}
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
${[
  asset('Microsoft.VisualStudio.Code.Manifest', 'extension/package.json'),
  asset('Microsoft.VisualStudio.Services.Content.Details', 'extension/readme.md'),
  asset('Microsoft.VisualStudio.Services.Content.License', 'extension/LICENSE.txt'),
].join('\n')}
  </Assets>
</PackageManifest>
`),
);
const TYPES = {
  '.json': 'application/json',
  '.js': 'application/javascript',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.vsixmanifest': 'text/xml',
};
const types = [...Object.entries(TYPES).map(([extension, type]) => `<Default Extension="${extension}" ContentType="${type}"/>`)];
const plain = [...files.keys()].filter((place) => path.posix.extname(place) === '');
types.push(...plain.map((place) => `<Override PartName="/${escaped(place)}" ContentType="text/plain"/>`));
files.set(
  '[Content_Types].xml',
  Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${types.join('')}</Types>\n`,
  ),
);

// The same bytes for the same files, whenever it is packed.
const entries = Object.fromEntries([...files].map(([place, bytes]) => [place, [bytes, { mtime: new Date(1980, 0, 1) }]]));
const target = out ?? path.join(home, `${name}-${version}.vsix`);
mkdirSync(path.dirname(target), { recursive: true });
writeFileSync(target, zipSync(entries, { level: 9 }));
process.stdout.write(`${path.relative(process.cwd(), target)}: ${files.size} files\n`);
