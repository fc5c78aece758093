import { spawnSync } from 'node:child_process';
import { member, numberMember, objectMember, parseJson } from '../functions/gateway/core/wire/json.ts';

// `npm run check:advisories`: no package for production has a known hole of weight. Registries that keep no list of them answer with an
// error. That passes on a laptop; in CI it fails, so that nobody believes in a check that does not look, unless NEMO_UNCHECKED_ADVISORIES=allow.
const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const report = parseJson(stdout);
const found = objectMember(objectMember(report, 'metadata'), 'vulnerabilities');
if (member(report, 'auditReportVersion') === undefined || found === undefined) {
  const isAllowed = process.env.NEMO_UNCHECKED_ADVISORIES === 'allow';
  const said = isAllowed ? ' NEMO_UNCHECKED_ADVISORIES=allow lets that pass.' : '';
  process.stdout.write(`ADVISORIES WERE NOT CHECKED: this registry keeps no list of them.${said}\n`);
  if (process.env.CI !== undefined && !isAllowed) {
    process.stdout.write(
      'In CI that fails: use a registry with an audit endpoint, or set NEMO_UNCHECKED_ADVISORIES=allow.\n',
    );
    process.exitCode = 1;
  }
} else {
  const serious = (numberMember(found, 'high') ?? 0) + (numberMember(found, 'critical') ?? 0);
  process.stdout.write(`Advisories for production: ${JSON.stringify(found)}\n`);
  process.exitCode = serious === 0 ? 0 : 1;
}
