package io.apicache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.protocol.CommandHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Follows the replies of a server, and does not let one in that is longer than any record. One value of hundreds of megabytes would
 * otherwise fill the heap, and all ids would wait behind it. The length is known from its first bytes: the command gets an error in its
 * place, and the connection is closed, so that the rest of the value does not have to be read. The client reconnects by itself.
 *
 * <p><b>Thread-safety:</b> one per connection, used on its thread.
 */
final class ReplyGuard extends ChannelInboundHandlerAdapter {

    /** What servers say of themselves may be longer than a record, where records are short. */
    static final int LEAST = 1024 * 1024;

    private static final String REFUSED = "APICACHE-TOO-LONG ";

    private final long longest;
    private long toSkip; // of a value that has begun
    private boolean inLine; // of which the beginning has been let through
    private boolean counts; // it says how long a value is
    private boolean negative;
    private long length;
    private boolean refused;

    ReplyGuard(int longestRecord) {
        longest = Math.max(longestRecord, LEAST);
    }

    /** Puts a guard before what reads the replies, behind any encryption. */
    static void install(Channel channel, int longestRecord) {
        ChannelHandlerContext reader = channel.pipeline().context(CommandHandler.class);
        if (reader != null) {
            channel.pipeline().addBefore(reader.name(), null, new ReplyGuard(longestRecord));
        }
    }

    /** {@return how long the value was that was refused, or -1 if the failure is another one} */
    static long refusedLength(Throwable failure) {
        String message = failure instanceof RedisCommandExecutionException ? failure.getMessage() : null;
        return message != null && message.startsWith(REFUSED)
                ? Long.parseLong(message.substring(REFUSED.length()))
                : -1;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused || !(message instanceof ByteBuf bytes)) {
            pass(context, message);
            return;
        }
        int lineStart;
        try {
            lineStart = scan(bytes);
        } catch (Throwable e) { // replies would go to the wrong commands from here on
            refused = true;
            lineStart = -1;
        }
        if (refused) {
            refuse(context, bytes, lineStart);
        } else {
            context.fireChannelRead(bytes);
        }
    }

    /** {@return where the last line that has begun in these bytes begins, or -1} */
    private int scan(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int lineStart = -1;
        while (at < bytes.writerIndex() && !refused) {
            if (toSkip > 0) {
                int skipped = (int) Math.min(toSkip, bytes.writerIndex() - at);
                toSkip -= skipped;
                at += skipped;
            } else {
                lineStart = inLine ? lineStart : at;
                at = readLine(bytes, at);
            }
        }
        return lineStart;
    }

    private void pass(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Reads a line or a part of one. {@return where the next one begins} */
    private int readLine(ByteBuf bytes, int from) {
        int at = from;
        if (!inLine) {
            byte type = bytes.getByte(at++);
            inLine = true;
            counts = type == '$' || type == '=' || type == '!';
            negative = false;
            length = 0;
        }
        if (!counts) {
            int end = bytes.indexOf(at, bytes.writerIndex(), (byte) '\n');
            inLine = end < 0;
            return end < 0 ? bytes.writerIndex() : end + 1;
        }
        while (at < bytes.writerIndex()) {
            byte next = bytes.getByte(at++);
            if (next == '\n') {
                valueBegins();
                return at;
            }
            negative |= next == '-';
            length = next >= '0' && next <= '9' ? Math.min(length, Integer.MAX_VALUE) * 10 + next - '0' : length;
        }
        return at;
    }

    private void valueBegins() {
        inLine = false;
        if (!negative) {
            refused = length > longest;
            toSkip = length + 2; // and the end of the line behind it
        }
    }

    /** Lets through what came before, and an error for the command that is being answered, if nothing of its reply has been let through. */
    private void refuse(ChannelHandlerContext context, ByteBuf bytes, int lineStart) {
        try {
            if (lineStart >= 0) {
                String error = "-" + REFUSED + length + "\r\n";
                if (lineStart > bytes.readerIndex()) {
                    context.fireChannelRead(bytes.readRetainedSlice(lineStart - bytes.readerIndex()));
                }
                context.fireChannelRead(Unpooled.copiedBuffer(error, US_ASCII));
            }
        } finally {
            bytes.release();
            var unused = context.close();
        }
    }
}
