import * as z from 'zod';

/** Whether answers of the Responses API are kept, and how much of them. */
export const responsesSchema = z
  .strictObject({
    keepDays: z
      .int()
      .min(1)
      .max(365)
      .exactOptional()
      .meta({
        description:
          'For so many days an answer of /v1/responses is kept in DynamoDB, with what it answered, unless its request says "store": false. Without it nothing is kept.',
        examples: [30],
      }),
    megabytesPerKeyAndDay: z
      .number()
      .positive()
      .max(1_000_000)
      .default(1_000)
      .meta({
        description: 'The most that is kept for one key in a day (UTC), in megabytes after compression.',
        examples: [1_000],
      }),
  })
  .prefault({})
  .meta({
    description: 'Answers that callers go on with by `previous_response_id`.',
    examples: [{ keepDays: 30 }],
  });
