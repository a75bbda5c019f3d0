/** The compiled templates by path, as the build bundles them. */
declare module 'batten:templates' {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}
