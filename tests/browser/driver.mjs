// Drives one headless Chromium through jobs that come as JSON on standard input; answers as JSON on standard output.
// A job: {url?, html?, scripts?: [path], width?, height?, dark?, steps: [{eval}|{click}|{fill, value}|{press}|{screenshot, selector?, full?}|{pdf}|{print}|{reload}]}
// An answer: {values: [...], problems: [...], requests: [...]}. Nothing leaves this machine: every request but file: and data: is refused.
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { browser: executablePath, jobs } = JSON.parse(readFileSync(0, "utf8"));
const profile = mkdtempSync(join(tmpdir(), "psbot-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none"],
});

async function take(page, step) {
  if (step.eval !== undefined) return page.evaluate(step.eval);
  if (step.click) return page.click(step.click);
  if (step.fill) return page.fill(step.fill, step.value);
  if (step.press) return page.keyboard.press(step.press);
  if (step.print !== undefined) return page.emulateMedia({ media: step.print ? "print" : "screen" });
  if (step.reload) return page.reload().then(() => true);
  if (step.pdf) return (await page.pdf({ path: step.pdf, format: "A4" })).length;
  if (step.screenshot && step.selector) return (await page.locator(step.selector).screenshot({ path: step.screenshot })).length;
  if (step.screenshot) return (await page.screenshot({ path: step.screenshot, fullPage: step.full ?? false })).length;
  throw new Error(`unknown step ${JSON.stringify(step)}`);
}

async function run(job) {
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => { problems.push(`dialog: ${dialog.message()}`); return dialog.dismiss(); });
  await page.route("**", (route) => {
    const url = route.request().url();
    requests.push(url);
    return /^(file|data|blob):/.test(url) ? route.continue() : route.abort();
  });
  await page.setViewportSize({ width: job.width ?? 1280, height: job.height ?? 900 });
  await page.emulateMedia({ colorScheme: job.dark ? "dark" : "light" });
  if (job.url) await page.goto(job.url);
  if (job.html) await page.setContent(job.html);
  for (const path of job.scripts ?? []) await page.addScriptTag({ path });
  const values = [];
  for (const step of job.steps) values.push((await take(page, step)) ?? null);
  await page.close();
  return { values, problems, requests };
}

const answers = [];
for (const job of jobs) answers.push(await run(job).catch((error) => ({ failed: String(error) })));
await context.close();
rmSync(profile, { recursive: true, force: true });
process.stdout.write(JSON.stringify(answers));
