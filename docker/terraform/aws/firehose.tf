# The expressions are those of libs/contracts/partition.ts: what the deliverer writes is partitioned by them.
locals {
  partition_query = "{kind:(.kind // \"events\"),tenant:(.tenant_id // .metadata.tenant_uid)}"
  object_prefix   = "!{partitionKeyFromQuery:kind}/tenant=!{partitionKeyFromQuery:tenant}/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"
  error_prefix    = "errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/"

  streams = toset([for index in range(var.stream_per_tenant ? 0 : var.streams) : "${var.name}-${index}"])
  processors = [
    { type = "RecordDeAggregation", parameters = { SubRecordType = "JSON" } },
    {
      type       = "MetadataExtraction"
      parameters = { JsonParsingEngine = "JQ-1.6", MetadataExtractionQuery = local.partition_query }
    },
    # Two characters, a backslash and an n: Firehose reads them as a line break.
    { type = "AppendDelimiterToRecord", parameters = { Delimiter = "\\n" } },
  ]
}

resource "aws_kinesis_firehose_delivery_stream" "events" {
  for_each    = local.streams
  name        = each.key
  destination = "extended_s3"
  tags        = var.tags

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.firehose.arn
    bucket_arn          = aws_s3_bucket.events.arn
    prefix              = local.object_prefix
    error_output_prefix = local.error_prefix
    buffering_size      = var.object_mb
    buffering_interval  = var.object_seconds
    compression_format  = "GZIP"

    dynamic_partitioning_configuration {
      enabled        = true
      retry_duration = 7200
    }

    processing_configuration {
      enabled = true

      dynamic "processors" {
        for_each = local.processors

        content {
          type = processors.value.type

          dynamic "parameters" {
            for_each = processors.value.parameters

            content {
              parameter_name  = parameters.key
              parameter_value = parameters.value
            }
          }
        }
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose.name
      log_stream_name = aws_cloudwatch_log_stream.firehose[each.key].name
    }
  }

  depends_on = [aws_iam_role_policy.firehose]
}

resource "aws_cloudwatch_log_group" "firehose" {
  name              = "/aws/kinesisfirehose/${var.name}"
  retention_in_days = 30
  tags              = var.tags
}

resource "aws_cloudwatch_log_stream" "firehose" {
  for_each       = local.streams
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.firehose.name
}

data "aws_iam_policy_document" "firehose_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "firehose" {
  statement {
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.events.arn]
  }

  statement {
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.events.arn}/*"]
  }

  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.firehose.arn}:log-stream:*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "firehose" {
  name               = "${var.name}-firehose"
  assume_role_policy = data.aws_iam_policy_document.firehose_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "firehose" {
  name   = "deliver"
  role   = aws_iam_role.firehose.id
  policy = data.aws_iam_policy_document.firehose.json
}
