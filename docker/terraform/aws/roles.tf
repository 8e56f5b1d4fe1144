# What the deliverer and the monitor may do, and who may become them.
locals {
  apps        = toset(["deliverer", "monitor"])
  oidc_issuer = try(split("oidc-provider/", var.oidc_provider_arn)[1], null)
}

data "aws_iam_policy_document" "trust" {
  for_each = local.apps

  dynamic "statement" {
    for_each = var.oidc_provider_arn[*]

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.oidc_issuer}:sub"
        values   = ["system:serviceaccount:${var.namespace}:${var.service_account_prefix}-${each.key}"]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.oidc_issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.trusted_principal_arns) > 0 ? [var.trusted_principal_arns] : []

    content {
      actions = ["sts:AssumeRole"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }
}

resource "aws_iam_role" "app" {
  for_each           = local.apps
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
  tags               = var.tags

  lifecycle {
    precondition {
      condition     = var.oidc_provider_arn != null || length(var.trusted_principal_arns) > 0
      error_message = "Set oidc_provider_arn (EKS) or trusted_principal_arns: somebody has to become this role."
    }
  }
}

locals {
  # The names that apps/deliverer/src/tenant-stream.ts gives.
  tenant_streams = [
    for kind in ["events", "quarantine"] :
    "arn:${local.partition}:firehose:*:${local.account_id}:deliverystream/${var.name}.${kind}.*"
  ]
}

data "aws_iam_policy_document" "deliverer" {
  dynamic "statement" {
    for_each = var.stream_per_tenant ? [] : [local.streams]

    content {
      actions   = ["firehose:PutRecordBatch"]
      resources = [for stream in aws_kinesis_firehose_delivery_stream.events : stream.arn]
    }
  }

  dynamic "statement" {
    for_each = var.stream_per_tenant ? [local.tenant_streams] : []

    content {
      actions = [
        "firehose:CreateDeliveryStream",
        "firehose:DescribeDeliveryStream",
        "firehose:PutRecordBatch",
        "firehose:TagDeliveryStream",
      ]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.stream_per_tenant ? [aws_iam_role.firehose.arn] : []

    content {
      actions   = ["iam:PassRole"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["firehose.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "monitor" {
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    resources = [aws_sqs_queue.objects["monitor"].arn]
  }

  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "app" {
  for_each = {
    deliverer = data.aws_iam_policy_document.deliverer.json
    monitor   = data.aws_iam_policy_document.monitor.json
  }
  name   = "work"
  role   = aws_iam_role.app[each.key].id
  policy = each.value
}

# A key's policy has to let S3 publish to an encrypted topic, and SNS send to an encrypted queue. It refers to
# nothing made here, because the key has to have it before S3 tries the topic.
data "aws_iam_policy_document" "kms_key" {
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:sns:*:${local.account_id}:${var.name}-objects"]
    }
  }
}
