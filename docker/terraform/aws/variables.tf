variable "name" {
  description = "Begins the name of everything made here."
  type        = string
  default     = "floodgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "Use at most 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "bucket_name" {
  description = "Name of the bucket; by default the name and the account's number."
  type        = string
  default     = null
}

variable "streams" {
  description = "Firehose streams that tenants are spread over. Each takes 5 MiB/s (1 MiB/s in smaller regions) and 500 tenants by default quotas."
  type        = number
  default     = 2

  validation {
    condition     = var.streams >= 1 && var.streams <= 50 && floor(var.streams) == var.streams
    error_message = "Use 1 to 50 streams."
  }
}

variable "stream_per_tenant" {
  description = "Lets the deliverer make a stream for each tenant, named after `name`, and makes none here. Its `DELIVERY_MODE` has to say so, too."
  type        = bool
  default     = false
}

variable "object_mb" {
  description = "Uncompressed size at which an object is written, in MiB."
  type        = number
  default     = 128

  validation {
    condition     = var.object_mb >= 64 && var.object_mb <= 128
    error_message = "Dynamic partitioning takes 64 to 128 MiB."
  }
}

variable "object_seconds" {
  description = "Age at which an object is written even if it is small, in seconds: less is sooner seen, more is cheaper."
  type        = number
  default     = 60

  validation {
    condition     = var.object_seconds >= 60 && var.object_seconds <= 300
    error_message = "Use 60 to 300 seconds."
  }
}

variable "retention_days" {
  description = "Days after which objects are deleted; null keeps them for ever."
  type        = number
  default     = 400
}

variable "kms_key_arn" {
  description = "Key for bucket, topics and queues; its policy must hold the output `kms_key_policy`. By default S3 and SQS use keys of their own."
  type        = string
  default     = null
}

variable "oidc_provider_arn" {
  description = "OIDC provider of the EKS cluster whose service accounts become the deliverer and the monitor."
  type        = string
  default     = null
}

variable "namespace" {
  description = "Kubernetes namespace of those service accounts."
  type        = string
  default     = "floodgate"
}

variable "service_account_prefix" {
  description = "What the names of those service accounts begin with: the Helm release, as in `floodgate-deliverer`."
  type        = string
  default     = "floodgate"
}

variable "trusted_principal_arns" {
  description = "Other roles or users that may become the deliverer and the monitor, such as a host's instance role."
  type        = list(string)
  default     = []
}

variable "alert_emails" {
  description = "Addresses that alerts are sent to; each has to confirm once."
  type        = set(string)
  default     = []
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
}
