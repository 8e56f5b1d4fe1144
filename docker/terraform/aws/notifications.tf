# Every landed object is told to the detection engine and to the monitor: S3 -> SNS -> SQS. The monitor alone
# also hears of what could not be delivered.
resource "aws_sns_topic" "objects" {
  name              = "${var.name}-objects"
  kms_master_key_id = var.kms_key_arn # AWS's own key for SNS would shut S3 out.
  tags              = var.tags
}

data "aws_iam_policy_document" "objects_topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.objects.arn]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.events.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "objects" {
  arn    = aws_sns_topic.objects.arn
  policy = data.aws_iam_policy_document.objects_topic.json
}

# Large objects are completed as multipart uploads, so `Put` alone would miss them.
resource "aws_s3_bucket_notification" "objects" {
  bucket     = aws_s3_bucket.events.id
  depends_on = [aws_sns_topic_policy.objects, aws_sqs_queue_policy.objects]

  dynamic "topic" {
    for_each = toset(["events", "quarantine"])

    content {
      id            = topic.key
      topic_arn     = aws_sns_topic.objects.arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = "${topic.key}/"
    }
  }

  # What Firehose could not deliver is for the monitor to raise an alert about, and nothing to detect in.
  queue {
    id            = "errors"
    queue_arn     = aws_sqs_queue.objects["monitor"].arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "errors/"
  }
}

locals {
  queues = toset(["detection", "monitor"])
}

resource "aws_sqs_queue" "objects" {
  for_each                   = local.queues
  name                       = "${var.name}-${each.key}"
  message_retention_seconds  = 14 * 24 * 3600
  visibility_timeout_seconds = 300
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags

  redrive_policy = each.key != "detection" ? null : jsonencode({
    deadLetterTargetArn = aws_sqs_queue.detection_dead.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "detection_dead" {
  name                      = "${var.name}-detection-dead"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "detection_dead" {
  queue_url = aws_sqs_queue.detection_dead.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.objects["detection"].arn]
  })
}

data "aws_iam_policy_document" "objects_queue" {
  for_each = local.queues

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.objects[each.key].arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.objects.arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "monitor" ? [aws_s3_bucket.events.arn] : []

    content {
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.objects[each.key].arn]

      principals {
        type        = "Service"
        identifiers = ["s3.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account_id]
      }
    }
  }
}

resource "aws_sqs_queue_policy" "objects" {
  for_each  = local.queues
  queue_url = aws_sqs_queue.objects[each.key].id
  policy    = data.aws_iam_policy_document.objects_queue[each.key].json
}

resource "aws_sns_topic_subscription" "objects" {
  for_each   = local.queues
  topic_arn  = aws_sns_topic.objects.arn
  protocol   = "sqs"
  endpoint   = aws_sqs_queue.objects[each.key].arn
  depends_on = [aws_sqs_queue_policy.objects]
}

resource "aws_sns_topic" "alerts" {
  name              = "${var.name}-alerts"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "alerts" {
  for_each  = var.alert_emails
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.key
}
