"""Contains all the data models used in inputs/outputs"""

from .accepted_answer import AcceptedAnswer
from .api_key_answer import ApiKeyAnswer
from .api_key_list import ApiKeyList
from .doctor_answer import DoctorAnswer
from .fault_answer import FaultAnswer
from .health_answer import HealthAnswer
from .health_answer_status import HealthAnswerStatus
from .health_response_health import HealthResponseHealth
from .key_wanted import KeyWanted
from .library_status import LibraryStatus
from .new_api_key_answer import NewApiKeyAnswer
from .part_answer import PartAnswer
from .problem import Problem
from .process_video_body import ProcessVideoBody
from .process_video_body_resolution import ProcessVideoBodyResolution
from .process_video_body_subtitle_position import ProcessVideoBodySubtitlePosition
from .processed_answer import ProcessedAnswer
from .processing_answer import ProcessingAnswer
from .ready_answer import ReadyAnswer
from .ready_answer_parts import ReadyAnswerParts
from .result_answer import ResultAnswer
from .result_metadata import ResultMetadata
from .stage_answer import StageAnswer
from .stage_status import StageStatus
from .status_answer import StatusAnswer
from .status_answer_links import StatusAnswerLinks
from .status_answer_stages import StatusAnswerStages
from .task_list import TaskList
from .task_status import TaskStatus
from .task_summary import TaskSummary
from .upload_body import UploadBody
from .upload_body_subtitle_mode import UploadBodySubtitleMode
from .video_answer import VideoAnswer
from .video_change import VideoChange
from .video_page import VideoPage
from .webhook_key_answer import WebhookKeyAnswer

__all__ = (
    "AcceptedAnswer",
    "ApiKeyAnswer",
    "ApiKeyList",
    "DoctorAnswer",
    "FaultAnswer",
    "HealthAnswer",
    "HealthAnswerStatus",
    "HealthResponseHealth",
    "KeyWanted",
    "LibraryStatus",
    "NewApiKeyAnswer",
    "PartAnswer",
    "Problem",
    "ProcessedAnswer",
    "ProcessingAnswer",
    "ProcessVideoBody",
    "ProcessVideoBodyResolution",
    "ProcessVideoBodySubtitlePosition",
    "ReadyAnswer",
    "ReadyAnswerParts",
    "ResultAnswer",
    "ResultMetadata",
    "StageAnswer",
    "StageStatus",
    "StatusAnswer",
    "StatusAnswerLinks",
    "StatusAnswerStages",
    "TaskList",
    "TaskStatus",
    "TaskSummary",
    "UploadBody",
    "UploadBodySubtitleMode",
    "VideoAnswer",
    "VideoChange",
    "VideoPage",
    "WebhookKeyAnswer",
)
