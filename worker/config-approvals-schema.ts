/** The sections of cordon.yaml that say who may approve, and how they are known. */
import { z } from 'zod';
import { TOKEN_ALGORITHMS } from '../activities/approvals/id-token.ts';
import { digest, mailAddress, must, number, path, url, word } from './config-words.ts';

export const roster = z.strictObject({ file: path, digest: digest.optional() }, must('a mapping'));

const idToken = z.strictObject(
  {
    issuer: url,
    jwks_url: url,
    audience: word,
    algorithms: z
      .array(
        z.enum(TOKEN_ALGORITHMS, must(`one of ${TOKEN_ALGORITHMS.join(', ')}`)),
        must('a list of algorithms'),
      )
      .min(1, must('a list of at least one algorithm'))
      .default(['RS256']),
    max_auth_age_minutes: number('a number of minutes, 1 to 1440', 1, 1_440).default(15),
    acr: z.array(word, must('a list of kinds of sign-in')).default([]),
  },
  must('a mapping'),
);

export const approvals = z
  .strictObject(
    {
      id_token: idToken.optional(),
      mass_targets: number('a number of targets, 1 to 100000', 1, 100_000).default(10),
      most_per_hour: number('a number of cards, 1 to 1000', 1, 1_000).default(30),
      notify: z
        .strictObject(
          {
            to: z.array(mailAddress, must('a list of mail addresses')).default([]),
            link: url.optional(),
          },
          must('a mapping'),
        )
        .optional(),
    },
    must('a mapping'),
  )
  .prefault({});
