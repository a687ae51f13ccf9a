from omnistore.engagement.models.mailbox import MailboxMessage
from omnistore.engagement.models.messages import Message

__all__ = ["MailboxMessage", "Message"]
