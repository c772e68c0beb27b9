/**
 * Installs an approved image: staged, its checksum taken on the device, tested by the device, and only where a
 * second image is there to fall back to. It cannot be undone.
 */
import { UpdateRouterFirmware } from '../../catalogue/router.ts';
import type { CallContext } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { command } from '../ssh/command.ts';
import { got, refused, unavailable, unknown, type Got } from '../ssh/failure.ts';
import { readNote, writeNote } from '../ssh/notes.ts';
import { outputOf, withSession, type Session, type Trail } from '../ssh/session.ts';
import { called, routerAt, type At } from './at.ts';
import type { Firmware, Router } from './config.ts';
import type { FirmwareSteps } from './dialect.ts';

/** A device that restarts with a new image is back within this time, or needs a person. */
const LONGEST_RESTART_MS = 8 * 60_000;
const LOOK_EVERY_MS = 2_000;

interface Versions {
  readonly previous: string;
  readonly now: string;
}

export const updateRouterFirmware: Deed<At, typeof UpdateRouterFirmware> = {
  contract: UpdateRouterFirmware,
  reversibility: 'C',
  // The version that runs is the mark: an image that runs already is not installed again.
  repeat: 'marker',
  timeoutMs: 20 * 60_000,
  scopes: ['SSH: fetch, test and install an image'],
  async perform({ router_ip, firmware_url, verify_checksum }, { config, call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    if (dialect.firmware === null)
      return refused(
        'firmware_unsupported',
        `${called(router)} installs no images; update its packages on its host`,
      );
    if (!verify_checksum)
      return refused(
        'checksum_required',
        'an image is installed with its checksum only; leave verify_checksum true',
      );
    const image = config.firmware.find(({ url }) => url === firmware_url);
    if (image === undefined)
      return refused('firmware_unapproved', `${firmware_url} is not among connectors.router.firmware`);
    const done = await install(router, dialect.firmware, image, call);
    if (done.kind !== 'got') return done;
    const { previous, now } = done.value;
    return { kind: 'done', output: { previous_version: previous, version: now, checksum_verified: true } };
  },
};

async function install(
  router: Router,
  steps: FirmwareSteps,
  image: Firmware,
  call: CallContext,
): Promise<Got<Versions>> {
  const trail: Trail = { changeSent: false };
  const begun = await withSession<Versions>(router.ssh, call, trail, async (session) => {
    const version = await versionOf(session, trail, steps);
    if (version.kind !== 'got') return version;
    const noted = await readNote(session, trail, `do-${call.key}`);
    if (noted.kind !== 'got') return noted;
    const previous = typeof noted.value?.['version'] === 'string' ? noted.value['version'] : version.value;
    if (version.value === image.version) return got({ previous, now: version.value });
    const ready = await prepare(session, trail, steps, image, router);
    if (ready.kind !== 'got') return ready;
    const kept = await writeNote(session, trail, `do-${call.key}`, { version: version.value });
    if (kept.kind !== 'got') return kept;
    const go = command(steps.install);
    if (go.kind !== 'got') return go;
    // Success looks like a lost line: the device restarts under us. A refusal does not.
    const ran = await session.run(go.value);
    if (ran.kind === 'got' && ran.value.code !== 0)
      return unknown(
        'firmware_refused',
        `${called(router)} broke off installing the image; look at it by hand`,
      );
    return got({ previous, now: '' });
  });
  if (begun.kind !== 'got' || begun.value.now !== '') return begun;
  return awaitReturn(router, steps, image, begun.value.previous, call);
}

async function prepare(
  session: Session,
  trail: Trail,
  steps: FirmwareSteps,
  image: Firmware,
  router: Router,
): Promise<Got<null>> {
  const second = command(steps.secondImage);
  if (second.kind !== 'got') return second;
  const fallback = await session.run(second.value);
  if (fallback.kind !== 'got') return fallback;
  if (fallback.value.code !== 0)
    return refused(
      'no_second_image',
      `${called(router)} has no second image to fall back to; a failed update would leave nothing that starts`,
    );
  const stage = command(steps.stage, [image.url]);
  if (stage.kind !== 'got') return stage;
  const staged = await outputOf(session, trail, stage.value);
  if (staged.kind !== 'got') return staged;
  const sum = command(steps.checksum);
  if (sum.kind !== 'got') return sum;
  const taken = await outputOf(session, trail, sum.value);
  if (taken.kind !== 'got') return taken;
  if (taken.value.trim().split(/\s+/)[0] !== image.sha256)
    return refused(
      'checksum_wrong',
      `what ${called(router)} fetched is not the approved image; nothing was installed`,
    );
  const rehearse = command(steps.rehearse);
  if (rehearse.kind !== 'got') return rehearse;
  const fits = await outputOf(session, trail, rehearse.value);
  return fits.kind === 'got' ? got(null) : fits;
}

async function versionOf(session: Session, trail: Trail, steps: FirmwareSteps): Promise<Got<string>> {
  const made = command(steps.version);
  if (made.kind !== 'got') return made;
  const printed = await outputOf(session, trail, made.value);
  if (printed.kind !== 'got') return printed;
  const version = steps.versionIn(printed.value);
  return version === null
    ? unavailable('device_unreadable', 'the router does not say which version it runs')
    : got(version);
}

async function awaitReturn(
  router: Router,
  steps: FirmwareSteps,
  image: Firmware,
  previous: string,
  call: CallContext,
): Promise<Got<Versions>> {
  const until = Date.now() + LONGEST_RESTART_MS;
  const trail: Trail = { changeSent: true };
  while (Date.now() < until && !call.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    call.heartbeat();
    const version = await withSession(router.ssh, call, trail, (session) => versionOf(session, trail, steps));
    if (version.kind === 'got' && version.value === image.version)
      return got({ previous, now: version.value });
  }
  return unknown(
    'firmware_unconfirmed',
    `${called(router)} has not come back with version ${image.version}; look at it by hand`,
  );
}
