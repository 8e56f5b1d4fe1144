# The first five are settings of the apps, by their names.
output "FIREHOSE_STREAMS" {
  description = "Setting of the deliverer."
  value       = join(",", [for stream in aws_kinesis_firehose_delivery_stream.events : stream.name])
}

output "FIREHOSE_ROLE_ARN" {
  description = "Setting of the deliverer, with DELIVERY_MODE=stream-per-tenant."
  value       = aws_iam_role.firehose.arn
}

output "FIREHOSE_BUCKET_ARN" {
  description = "Setting of the deliverer, with DELIVERY_MODE=stream-per-tenant."
  value       = aws_s3_bucket.events.arn
}

output "LANDED_QUEUE_URL" {
  description = "Setting of the monitor."
  value       = aws_sqs_queue.objects["monitor"].url
}

output "ALERT_TOPIC_ARN" {
  description = "Setting of the monitor."
  value       = aws_sns_topic.alerts.arn
}

output "role_arns" {
  description = "Roles of the deliverer and the monitor, for the service accounts' eks.amazonaws.com/role-arn."
  value       = { for app, role in aws_iam_role.app : app => role.arn }
}

output "bucket" {
  description = "Where the objects land."
  value       = aws_s3_bucket.events.id
}

output "detection_queue_url" {
  description = "Queue that tells the detection engine of landed objects; what it fails five times goes to the dead ones."
  value       = aws_sqs_queue.objects["detection"].url
}

output "kms_key_policy" {
  description = "Statements that the policy of `kms_key_arn` must hold besides its own."
  value       = data.aws_iam_policy_document.kms_key.json
}
