// pytest in Pyodide, with no browser, over the nnlib that `make lite` serves.
//     node in_pyodide.mjs LITE WHEELS WORDS…
// LITE is the folder that was built, WHEELS one with pytest and what it needs, WORDS are pytest's.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";

const [lite, wheels, ...words] = process.argv.slice(2);
const home = resolve(lite, "static/pyodide");
const { loadPyodide } = await import(`${home}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: home });
const more = readdirSync(wheels).map(name => resolve(wheels, name));
await python.loadPackage(["nnlib", "ssl", "pygments", ...more], { messageCallback: () => {} });
python.FS.mkdirTree("/project");
python.FS.mount(python.FS.filesystems.NODEFS, { root: process.cwd() }, "/project");
python.globals.set("words", words);
process.exitCode = await python.runPythonAsync(`
import os, sys, pytest
os.chdir("/project")
sys.dont_write_bytecode = True
THERE = "--capture=sys", "-o", "faulthandler_timeout=0"  # neither deleted files nor threads
int(pytest.main([*THERE, *words]))
`);
