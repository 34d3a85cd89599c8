-- Codes that a provider makes and checks, and what gateways report about messages.
ALTER TABLE messages ADD COLUMN is_checked_by_provider INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN segments INTEGER;
ALTER TABLE messages ADD COLUMN price TEXT;
ALTER TABLE messages ADD COLUMN receipt INTEGER CHECK (receipt BETWEEN 1 AND 5);
ALTER TABLE messages ADD COLUMN receipt_code TEXT;
ALTER TABLE messages ADD COLUMN receipt_at INTEGER;

-- Receipts name a message as its provider does.
CREATE INDEX messages_by_provider ON messages (provider, provider_id) WHERE provider_id IS NOT NULL;
-- Sent messages of which more news may come.
CREATE INDEX messages_awaited ON messages (provider, id)
    WHERE state = 1 AND provider_id IS NOT NULL AND coalesce(receipt, 0) < 3;
