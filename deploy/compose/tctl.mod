module video-pipeline-tctl

go 1.26

require github.com/temporalio/tctl v1.18.0
