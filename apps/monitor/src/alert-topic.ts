import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { Logger } from '@nestjs/common';
import type { Alert } from './alert-book.js';

/** SNS refuses longer subjects, and any that hold line breaks. */
const maxSubject = 100;

/** Announces alerts by SNS, and in the log in any case. */
export class AlertTopic {
  private readonly logger = new Logger('Alert');
  private readonly sns = new SNSClient({ maxAttempts: 5 });

  constructor(private readonly topicArn: string | undefined) {}

  async announce(alert: Alert): Promise<void> {
    const { kind, subject, severity, message, resolvedAt } = alert;
    const state = resolvedAt === undefined ? 'open' : 'resolved';
    if (this.topicArn !== undefined) {
      await this.sns.send(
        new PublishCommand({
          TopicArn: this.topicArn,
          Subject: `Floodgate ${state}: ${kind} ${subject}`
            .replaceAll(/[^\x20-\x7e]/g, '?')
            .slice(0, maxSubject),
          Message: JSON.stringify({ ...alert, state }),
          MessageAttributes: {
            kind: { DataType: 'String', StringValue: kind },
            severity: { DataType: 'String', StringValue: severity },
            state: { DataType: 'String', StringValue: state },
          },
        }),
      );
    }
    // WARN: nothing is lost. ERROR: something is, or a person is needed.
    const text = `${state} ${kind} ${subject}: ${message}`;
    if (state === 'open' && severity === 'critical') this.logger.error(text);
    else this.logger.warn(text);
  }

  close(): void {
    this.sns.destroy();
  }
}
