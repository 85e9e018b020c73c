// Reads a JSON list of scripts from standard input and writes, for each, the leaves of the tree that the PowerShell
// grammar makes of it: [kind, text], or null where the grammar does not know the script.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const { Parser, Language } = await import(pathToFileURL(require.resolve('web-tree-sitter')).href);
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));

function leaves(node, out) {
  if (node.type === 'comment') return;
  if (node.childCount === 0 || node.type === 'string_literal' || node.type === 'variable') {
    out.push([node.type, node.text]);
    return;
  }
  for (const child of node.children) leaves(child, out);
}

const answers = JSON.parse(readFileSync(0, 'utf8')).map((script) => {
  const root = parser.parse(script).rootNode;
  if (root.hasError) return null;
  const out = [];
  leaves(root, out);
  return out;
});
process.stdout.write(JSON.stringify(answers));
