/** Every activity a playbook calls, over one world. */
import type { Activities } from '../workflows/activities.ts';
import { createAct } from './act.ts';
import { createAsk } from './ask.ts';
import { createCheck } from './check.ts';
import { createJudge } from './judge.ts';
import { createPlan } from './plan.ts';
import { createRecord } from './record.ts';
import { createSettle } from './settle.ts';
import { createTell } from './tell.ts';
import { createWeigh } from './weigh.ts';
import type { World } from './world.ts';

export function createActivities(world: World): Activities {
  return {
    plan: createPlan(world),
    judge: createJudge(world),
    ask: createAsk(world),
    weigh: createWeigh(world),
    act: createAct(world),
    check: createCheck(world),
    tell: createTell(world),
    settle: createSettle(world),
    record: createRecord(world),
  };
}
